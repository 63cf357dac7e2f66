// Reads case files and tag rows from JSON.
#include "orchestrator/resolve/case_file.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

namespace wheelforge::resolve {
namespace {

using Json = nlohmann::json;

/// A value for an error message, cut where it is long.
std::string shown(const Json& value) {
  const std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  return text.size() <= 60 ? text : text.substr(0, 57) + "...";
}

/// The members of one case or row, each checked for its type; `where` begins every message.
class Members {
public:
  Members(const Json& object, std::string where) : object_(object), where_(std::move(where)) {}

  /// The member, or nullptr where it is missing or null.
  const Json* find(const char* key) const {
    const auto found = object_.find(key);
    return found == object_.end() || found->is_null() ? nullptr : &*found;
  }

  tl::unexpected<Error> wrong(const char* key, std::string_view wanted) const {
    const Json* seen = find(key);
    return fail(ErrorKind::invalid_data, "{}: {} is {}, wanted {}", where_, key,
                seen == nullptr ? "missing" : shown(*seen), wanted);
  }

  Result<std::string> text(const char* key, std::string_view wanted) const {
    const Json* found = find(key);
    if (found == nullptr || !found->is_string()) {
      return wrong(key, wanted);
    }
    return found->get<std::string>();
  }

  Result<std::optional<std::string>> optional_text(const char* key) const {
    if (find(key) == nullptr) {
      return std::optional<std::string>();
    }
    WF_TRY(std::string value, text(key, "a string or null"));
    return std::optional<std::string>(std::move(value));
  }

  Result<bool> flag(const char* key) const {
    const Json* found = find(key);
    if (found != nullptr && !found->is_boolean()) {
      return wrong(key, "true or false");
    }
    return found != nullptr && found->get<bool>();
  }

  /// A list of strings; empty where it is missing.
  Result<std::vector<std::string>> texts(const char* key) const {
    const Json* found = find(key);
    if (found == nullptr) {
      return std::vector<std::string>();
    }
    const bool strings = found->is_array() &&
                         std::all_of(found->begin(), found->end(), [](const Json& item) { return item.is_string(); });
    if (!strings) {
      return wrong(key, "a list of strings");
    }
    return found->get<std::vector<std::string>>();
  }

  /// An object with strings as values; empty where it is missing.
  Result<std::map<std::string, std::string>> text_map(const char* key) const {
    const Json* found = find(key);
    if (found == nullptr) {
      return std::map<std::string, std::string>();
    }
    const bool strings = found->is_object() &&
                         std::all_of(found->begin(), found->end(), [](const Json& item) { return item.is_string(); });
    if (!strings) {
      return wrong(key, "an object with strings as values");
    }
    return found->get<std::map<std::string, std::string>>();
  }

private:
  const Json& object_;
  std::string where_;
};

Result<TargetText> read_target(const Members& members) {
  TargetText out;
  WF_TRY(out.pip, members.text("pip", "a version such as \"24.1\""));
  WF_TRY(out.python, members.text("python", "a version such as \"3.12\""));
  WF_TRY(out.machine, members.text("machine", "what uname -m prints, such as \"x86_64\""));
  out.libc = members.find("musl") != nullptr ? platform::Libc::musl : platform::Libc::glibc;
  WF_TRY(out.libc_version,
         members.text(out.libc == platform::Libc::musl ? "musl" : "glibc", "a version such as \"2.31\""));
  if (const Json* bits = members.find("bits"); bits != nullptr) {
    if (*bits != 32 && *bits != 64) {
      return members.wrong("bits", "32 or 64");
    }
    out.bits = bits->get<int>();
  }
  return out;
}

Result<ResolveCase> read_case(const Json& object, const std::string& where) {
  if (!object.is_object()) {
    return fail(ErrorKind::invalid_data, "{} is {}, wanted an object", where, shown(object));
  }
  const Members members(object, where);
  ResolveCase out;
  WF_TRY(out.target, read_target(members));
  WF_TRY(out.target.manylinux_module, members.optional_text("manylinux_module"));
  if (members.find("files") == nullptr) {
    return members.wrong("files", "a list of strings");
  }
  WF_TRY(const std::vector<std::string> files, members.texts("files"));
  WF_TRY(const std::vector<std::string> yanked, members.texts("yanked"));
  using TextMap = std::map<std::string, std::string>;
  WF_TRY(const TextMap requires_python, members.text_map("requires_python"));
  const std::set<std::string> yanked_names(yanked.begin(), yanked.end());
  for (const std::string& name : files) {
    const auto wanted = requires_python.find(name);
    out.files.push_back({name, yanked_names.contains(name),
                         wanted == requires_python.end() ? std::nullopt : std::optional(wanted->second)});
  }
  WF_TRY(const std::optional<std::string> project, members.optional_text("project"));
  out.request.project = project.value_or("");
  WF_TRY(const std::optional<std::string> specifier, members.optional_text("specifier"));
  WF_TRY_CONTEXT(out.request.specifier, SpecifierSet::parse(specifier.value_or("")), where);
  WF_TRY(out.request.prefer_binary, members.flag("prefer_binary"));
  WF_TRY(out.request.only_binary, members.flag("only_binary"));
  return out;
}

Result<Json> parse_json(std::string_view text) {
  constexpr int kDeepest = 64;
  const auto shallow = [](int depth, Json::parse_event_t, Json&) { return depth <= kDeepest; };
  Json document = Json::parse(text, shallow, /*allow_exceptions=*/false);
  if (document.is_discarded()) {
    return fail(ErrorKind::invalid_data, "the file is not JSON");
  }
  return document;
}

/// A row with its columns as the members of an object, the module's text in the place of its index.
Result<TargetText> read_row(const Json& row, const std::vector<std::string>& columns,
                            const std::vector<std::optional<std::string>>& modules, const std::string& where) {
  if (!row.is_array() || row.size() > columns.size()) {
    return fail(ErrorKind::invalid_data, "{} is {}, wanted a list of at most {} values", where, shown(row),
                columns.size());
  }
  Json object = Json::object();
  for (std::size_t i = 0; i < row.size(); ++i) {
    object[columns[i]] = row[i];
  }
  const Members members(object, where);
  WF_TRY(TargetText out, read_target(members));
  if (const Json* index = members.find("manylinux_module"); index != nullptr) {
    if (!index->is_number_unsigned() || index->get<std::uint64_t>() >= modules.size()) {
      return members.wrong("manylinux_module", fmt::format("an index below {}", modules.size()));
    }
    out.manylinux_module = modules[index->get<std::size_t>()];
  }
  return out;
}

} // namespace

Result<std::vector<ResolveCase>> parse_cases(std::string_view json) {
  WF_TRY(const Json document, parse_json(json));
  const Json* cases = document.is_object() && document.contains("cases") ? &document["cases"] : &document;
  if (!cases->is_array()) {
    return fail(ErrorKind::invalid_data, "the file is {}, wanted a list of cases or an object with the list \"cases\"",
                shown(*cases));
  }
  std::vector<ResolveCase> out;
  for (const Json& object : *cases) {
    WF_TRY(ResolveCase one, read_case(object, fmt::format("case {}", out.size())));
    out.push_back(std::move(one));
  }
  return out;
}

Result<std::vector<TargetText>> parse_tag_rows(std::string_view json) {
  WF_TRY(const Json document, parse_json(json));
  if (!document.is_object() || !document.contains("rows") || !document["rows"].is_array()) {
    return fail(ErrorKind::invalid_data, "the file has no list \"rows\"");
  }
  const Members members(document, "the file");
  WF_TRY(const std::vector<std::string> columns, members.texts("columns"));
  std::vector<std::optional<std::string>> modules;
  if (const Json* list = members.find("manylinux_modules"); list != nullptr) {
    for (const Json& module : list->is_array() ? *list : Json::array({1})) {
      if (!module.is_null() && !module.is_string()) {
        return members.wrong("manylinux_modules", "a list of strings and nulls");
      }
      modules.push_back(module.is_null() ? std::nullopt : std::optional(module.get<std::string>()));
    }
  }
  std::vector<TargetText> out;
  for (const Json& row : document["rows"]) {
    WF_TRY(TargetText one, read_row(row, columns, modules, fmt::format("row {}", out.size())));
    out.push_back(std::move(one));
  }
  return out;
}

Result<InstallTarget> TargetFactory::make(const TargetText& text) {
  auto pip = pips_.find(text.pip);
  if (pip == pips_.end()) {
    WF_TRY(Pip found, find_pip(text.pip));
    pip = pips_.emplace(text.pip, std::move(found)).first;
  }
  InstallTarget out{pip->second, {}, {}};
  WF_TRY(out.python, parse_interpreter(text.python));
  const bool machine_named = !text.machine.empty() && text.machine.size() <= 64 &&
                             std::all_of(text.machine.begin(), text.machine.end(), [](char c) {
                               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
                             });
  if (!machine_named) {
    return fail(ErrorKind::usage, "machine {:?}, wanted what uname -m prints, such as x86_64", text.machine);
  }
  out.machine.name = text.machine;
  out.machine.bits = text.bits ? (*text.bits == 32 ? Bits::b32 : Bits::b64) : default_bits(text.machine);
  out.machine.libc = text.libc;
  out.machine.libc_version = text.libc_version;
  if (text.manylinux_module) {
    auto module = modules_.find(*text.manylinux_module);
    if (module == modules_.end()) {
      WF_TRY(ManylinuxModule parsed, ManylinuxModule::parse(*text.manylinux_module));
      module = modules_.emplace(*text.manylinux_module, std::move(parsed)).first;
    }
    out.machine.manylinux = module->second;
  }
  return out;
}

} // namespace wheelforge::resolve
