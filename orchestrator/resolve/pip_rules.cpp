// Reads the table of pip's rules: each row changes some members, and holds until a later row changes them again.
#include "orchestrator/resolve/pip_rules.hpp"

#include "embedded/resolve/pip_rules.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace wheelforge::resolve {
namespace {

using Json = nlohmann::json;

template <class T, std::size_t N>
using Names_of = std::array<std::pair<std::string_view, T>, N>;

constexpr Names_of<TagBlock, 11> kTagBlocks = {{{"own_abi", TagBlock::own_abi},
                                                {"own_stable", TagBlock::own_stable},
                                                {"own_none", TagBlock::own_none},
                                                {"older_stable", TagBlock::older_stable},
                                                {"python_platform", TagBlock::python_platform},
                                                {"own_python_platform", TagBlock::own_python_platform},
                                                {"major_python_platform", TagBlock::major_python_platform},
                                                {"own_any", TagBlock::own_any},
                                                {"major_any", TagBlock::major_any},
                                                {"older_own_any", TagBlock::older_own_any},
                                                {"python_any", TagBlock::python_any}}};
constexpr Names_of<PlatformScheme, 3> kSchemes = {
    {{"linux", PlatformScheme::linux}, {"named", PlatformScheme::named}, {"perennial", PlatformScheme::perennial}}};
constexpr Names_of<GlibcText, 2> kGlibcTexts = {{{"split", GlibcText::split}, {"prefix", GlibcText::prefix}}};
constexpr Names_of<LinuxTag, 2> kLinuxTags = {{{"last", LinuxTag::last}, {"first", LinuxTag::first}}};
constexpr Names_of<FreeThreadedStable, 3> kStables = {
    {{"none", FreeThreadedStable::none}, {"abi3", FreeThreadedStable::abi3}, {"abi3t", FreeThreadedStable::abi3t}}};
constexpr Names_of<KeyPart, 5> kKeyParts = {{{"not_yanked", KeyPart::not_yanked},
                                             {"binary", KeyPart::binary},
                                             {"version", KeyPart::version},
                                             {"tag", KeyPart::tag},
                                             {"build", KeyPart::build}}};
constexpr Names_of<Tie, 2> kTies = {{{"first", Tie::first}, {"last", Tie::last}}};
constexpr Names_of<Yanked, 4> kYanked = {{{"ignored", Yanked::ignored},
                                          {"least_preferred", Yanked::least_preferred},
                                          {"last_resort", Yanked::last_resort},
                                          {"only_pinned", Yanked::only_pinned}}};
constexpr Names_of<PrereleaseFallback, 2> kFallbacks = {
    {{"without_specifier", PrereleaseFallback::without_specifier}, {"always", PrereleaseFallback::always}}};
constexpr Names_of<Names, 5> kNames = {{{"digit", Names::digit},
                                        {"exact", Names::exact},
                                        {"loose", Names::loose},
                                        {"tolerant", Names::tolerant},
                                        {"strict", Names::strict}}};

tl::unexpected<Error> wrong(std::string_view key, const Json& seen, std::string_view wanted) {
  return fail(ErrorKind::invalid_data, "pip rules: {} is {}, wanted {}", key, seen.dump(), wanted);
}

Result<void> read(std::string_view key, const Json& value, bool& out) {
  if (!value.is_boolean()) {
    return wrong(key, value, "true or false");
  }
  out = value.get<bool>();
  return {};
}

Result<void> read(std::string_view key, const Json& value, std::string& out) {
  if (!value.is_string()) {
    return wrong(key, value, "a string");
  }
  out = value.get<std::string>();
  return {};
}

Result<void> read(std::string_view key, const Json& value, std::set<std::string, std::less<>>& out) {
  out.clear();
  for (const Json& item : value) {
    std::string text;
    WF_TRY_VOID(read(key, item, text));
    out.insert(std::move(text));
  }
  return {};
}

Result<void> read(std::string_view key, const Json& value, std::vector<std::string>& out) {
  out.clear();
  for (const Json& item : value) {
    std::string text;
    WF_TRY_VOID(read(key, item, text));
    out.push_back(std::move(text));
  }
  return {};
}

Result<void> read(std::string_view key, const Json& value, tags::LibcVersion& out) {
  std::string text;
  WF_TRY_VOID(read(key, value, text));
  WF_TRY(const Version version, parse_version(text));
  out = {static_cast<int>(version.number(0)), static_cast<int>(version.number(1))};
  return {};
}

Result<void> read(std::string_view key, const Json& value, NamedTag& out) {
  if (!value.is_object() || !value.contains("name") || !value.contains("glibc") || !value.contains("machines")) {
    return wrong(key, value, "an object with name, glibc and machines");
  }
  WF_TRY_VOID(read(key, value["name"], out.name));
  WF_TRY_VOID(read(key, value["glibc"], out.glibc));
  return read(key, value["machines"], out.machines);
}

Result<void> read(std::string_view key, const Json& value, std::optional<Version>& out) {
  out.reset();
  if (value.is_null()) {
    return {};
  }
  std::string text;
  WF_TRY_VOID(read(key, value, text));
  WF_TRY(out, parse_version(text));
  return {};
}

Result<void> read(std::string_view key, const Json& value, std::vector<NamedTag>& out) {
  out.clear();
  for (const Json& item : value) {
    WF_TRY_VOID(read(key, item, out.emplace_back()));
  }
  return {};
}

template <class T>
Result<void> read(std::string_view key, const Json& value, std::map<std::string, T, std::less<>>& out) {
  if (!value.is_object()) {
    return wrong(key, value, "an object");
  }
  out.clear();
  for (const auto& [name, item] : value.items()) {
    WF_TRY_VOID(read(key, item, out[name]));
  }
  return {};
}

template <class T, std::size_t N>
Result<void> read_name(std::string_view key, const Json& value, const Names_of<T, N>& names, T& out) {
  for (const auto& [name, meaning] : names) {
    if (value.is_string() && value.get_ref<const std::string&>() == name) {
      out = meaning;
      return {};
    }
  }
  return wrong(key, value, "one of the known names");
}

template <class T, std::size_t N>
Result<void> read_names(std::string_view key, const Json& value, const Names_of<T, N>& names, std::vector<T>& out) {
  out.clear();
  for (const Json& item : value) {
    WF_TRY_VOID(read_name(key, item, names, out.emplace_back()));
  }
  return {};
}

/// One changed member of a row.
Result<void> change(std::string_view key, const Json& value, PipRules& out) {
  // clang-format off
  if (key == "tag_blocks") { return read_names(key, value, kTagBlocks, out.tag_blocks); }
  if (key == "platform_scheme") { return read_name(key, value, kSchemes, out.platform_scheme); }
  if (key == "named_tags") { return read(key, value, out.named_tags); }
  if (key == "named_implies_older") { return read(key, value, out.named_implies_older); }
  if (key == "perennial_machines") { return read(key, value, out.perennial_machines); }
  if (key == "perennial_floors") { return read(key, value, out.perennial_floors); }
  if (key == "glibc_text") { return read_name(key, value, kGlibcTexts, out.glibc_text); }
  if (key == "musllinux") { return read(key, value, out.musllinux); }
  if (key == "linux_tag") { return read_name(key, value, kLinuxTags, out.linux_tag); }
  if (key == "narrow_machines") { return read(key, value, out.narrow_machines); }
  if (key == "also_machines") { return read(key, value, out.also_machines); }
  if (key == "executable_checked") { return read(key, value, out.executable_checked); }
  if (key == "version_separator") { return read(key, value, out.version_separator); }
  if (key == "free_threaded_abi") { return read(key, value, out.free_threaded_abi); }
  if (key == "free_threaded_stable") { return read_name(key, value, kStables, out.free_threaded_stable); }
  if (key == "debug_takes_plain") { return read(key, value, out.debug_takes_plain); }
  if (key == "candidate_key") { return read_names(key, value, kKeyParts, out.candidate_key); }
  if (key == "tie") { return read_name(key, value, kTies, out.tie); }
  if (key == "yanked") { return read_name(key, value, kYanked, out.yanked); }
  if (key == "requires_python") { return read(key, value, out.requires_python); }
  if (key == "names") { return read_name(key, value, kNames, out.names); }
  if (key == "prerelease_operators") { return read(key, value, out.prerelease_operators); }
  if (key == "prerelease_fallback") { return read_name(key, value, kFallbacks, out.prerelease_fallback); }
  if (key == "equal_versions_together") { return read(key, value, out.equal_versions_together); }
  if (key == "old_resolver_on_python2") { return read(key, value, out.old_resolver_on_python2); }
  if (key == "newest_python") { return read(key, value, out.newest_python); }
  // clang-format on
  return key == "since" || key == "why" ? Result<void>() : wrong(key, value, "a known member");
}

/// A row's version in the member `key`.
Result<Version> version_of(const Json& row, const char* key) {
  if (!row.is_object() || !row.contains(key) || !row[key].is_string()) {
    return wrong(key, row, "a version");
  }
  return parse_version(row[key].get_ref<const std::string&>());
}

Result<Pip> read_release(const Json& row, const Json& rules) {
  Pip out;
  WF_TRY(out.version, version_of(row, "pip"));
  if (const auto date = row.find("date"); date != row.end() && date->is_string()) {
    out.date = date->get<std::string>();
  }
  out.packaging = row.value("packaging", Json()).is_string() ? row["packaging"].get<std::string>() : "";
  if (const auto python = row.find("python"); python != row.end() && python->is_string()) {
    WF_TRY(out.requires_python, SpecifierSet::parse(python->get_ref<const std::string&>()));
  }
  if (const auto starts = row.find("starts"); starts != row.end()) {
    WF_TRY_VOID(read("starts", *starts, out.starts));
  }
  for (const Json& rule : rules) {
    WF_TRY(const Version since, version_of(rule, "since"));
    if (since <= out.version) {
      for (const auto& [key, value] : rule.items()) {
        WF_TRY_VOID(change(key, value, out.rules));
      }
    }
  }
  return out;
}

} // namespace

bool Pip::runs_on(const Version& python) const {
  Version minor = python;
  if (minor.release.size() > 2) {
    minor.release.erase(minor.release.begin() + 2, minor.release.end());
  }
  return starts && requires_python.contains(python) && (!rules.newest_python || minor <= *rules.newest_python);
}

Result<std::vector<Pip>> parse_pip_rules(std::string_view json) {
  const Json document = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (!document.is_object() || !document.contains("rules") || !document["rules"].is_array() ||
      !document.contains("releases") || !document["releases"].is_array()) {
    return fail(ErrorKind::invalid_data, "pip rules: wanted a JSON object with the lists \"rules\" and \"releases\"");
  }
  std::vector<Pip> out;
  for (const Json& row : document["releases"]) {
    WF_TRY(Pip one, read_release(row, document["rules"]));
    out.push_back(std::move(one));
  }
  std::sort(out.begin(), out.end(), [](const Pip& a, const Pip& b) { return a.version < b.version; });
  return out;
}

const std::vector<Pip>& known_pips() {
  static const std::vector<Pip> kPips = [] {
    Result<std::vector<Pip>> parsed = parse_pip_rules(embedded::pip_rules());
    WF_CHECK(parsed.has_value() && !parsed->empty());
    return *std::move(parsed);
  }();
  return kPips;
}

Result<Pip> find_pip(std::string_view version) {
  Result<Version> wanted = parse_version(version);
  if (!wanted) {
    return fail(ErrorKind::usage, "pip {:?}, wanted a version such as 24.1", std::string(version));
  }
  const std::vector<Pip>& pips = known_pips();
  const auto after =
      std::upper_bound(pips.begin(), pips.end(), *wanted, [](const Version& a, const Pip& b) { return a < b.version; });
  if (after == pips.begin()) {
    return fail(ErrorKind::usage, "pip {}, wanted {} or newer", wanted->text, pips.front().version.text);
  }
  Pip out = *std::prev(after);
  out.version = *std::move(wanted);
  return out;
}

} // namespace wheelforge::resolve
