// Reads the distribution table and finds a release in it by name.
#include "orchestrator/platform/distribution.hpp"

#include "orchestrator/base/ascii.hpp"

#include "embedded/platform/distributions.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace wheelforge::platform {
namespace {

using Json = nlohmann::json;

/// "2.28" → 2.28; nothing on anything else.
std::optional<tags::LibcVersion> parse_libc_version(std::string_view text) {
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos) {
    return std::nullopt;
  }
  const auto number = [](std::string_view digits) -> std::optional<int> {
    int value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    const bool whole = error == std::errc() && end == digits.data() + digits.size() && value >= 0;
    return whole ? std::optional<int>(value) : std::nullopt;
  };
  const std::optional<int> major = number(text.substr(0, dot));
  const std::optional<int> minor = number(text.substr(dot + 1));
  if (!major || !minor) {
    return std::nullopt;
  }
  return tags::LibcVersion{*major, *minor};
}

/// The members of one row, each checked for its type.
class RowReader {
public:
  RowReader(const Json& row, std::size_t index) : row_(row), index_(index) {}

  /// A string, or absent where the member is null or missing.
  Result<std::optional<std::string>> text(const char* key) const {
    const auto found = row_.find(key);
    if (found == row_.end() || found->is_null()) {
      return std::optional<std::string>();
    }
    if (!found->is_string()) {
      return wrong(key, *found, "a string or null");
    }
    return std::optional<std::string>(found->get<std::string>());
  }

  Result<std::string> required_text(const char* key) const {
    WF_TRY(std::optional<std::string> value, text(key));
    if (!value || value->empty()) {
      return wrong(key, Json(), "a string");
    }
    return *std::move(value);
  }

  /// A list of strings, or absent where the member is null or missing.
  Result<std::optional<std::vector<std::string>>> texts(const char* key) const {
    const auto found = row_.find(key);
    if (found == row_.end() || found->is_null()) {
      return std::optional<std::vector<std::string>>();
    }
    const bool all_strings = found->is_array() && std::all_of(found->begin(), found->end(),
                                                              [](const Json& item) { return item.is_string(); });
    if (!all_strings) {
      return wrong(key, *found, "a list of strings or null");
    }
    return std::optional<std::vector<std::string>>(found->get<std::vector<std::string>>());
  }

  Result<bool> flag(const char* key) const {
    const auto found = row_.find(key);
    if (found == row_.end() || !found->is_boolean()) {
      return wrong(key, found == row_.end() ? Json() : *found, "true or false");
    }
    return found->get<bool>();
  }

  tl::unexpected<Error> wrong(const char* key, const Json& seen, std::string_view wanted) const {
    return fail(ErrorKind::invalid_data, "distribution {}: {} is {}, wanted {}", index_, key, seen.dump(), wanted);
  }

private:
  const Json& row_;
  std::size_t index_;
};

Result<SupportWindow> read_support(const RowReader& row) {
  SupportWindow support;
  const std::array<std::pair<const char*, std::optional<std::string>*>, 6> members = {
      std::pair{"release_date", &support.released}, {"eol", &support.ends},
      {"eol_extended", &support.extended_ends},     {"eol_pep600", &support.ends_pep600},
      {"lts_pep600", &support.lts_ends_pep600},     {"elts_pep600", &support.elts_ends_pep600}};
  for (const auto& [key, member] : members) {
    WF_TRY(*member, row.text(key));
  }
  return support;
}

Result<Distribution> read_distribution(const RowReader& row) {
  Distribution out;
  WF_TRY(out.name, row.required_text("distro"));
  WF_TRY(out.version, row.required_text("version"));
  WF_TRY(out.codename, row.text("codename"));
  WF_TRY(const std::string libc, row.required_text("libc"));
  if (libc != "glibc" && libc != "musl") {
    return row.wrong("libc", libc, "glibc or musl");
  }
  out.libc = libc == "musl" ? Libc::musl : Libc::glibc;
  WF_TRY(const std::optional<std::string> libc_version, row.text("libc_version"));
  if (libc_version) {
    out.libc_version = parse_libc_version(*libc_version);
    if (!out.libc_version) {
      return row.wrong("libc_version", *libc_version, "MAJOR.MINOR");
    }
  }
  WF_TRY(out.runtime.glibcxx, row.text("glibcxx_max"));
  WF_TRY(out.runtime.cxxabi, row.text("cxxabi_max"));
  WF_TRY(out.runtime.gcc, row.text("gcc_max"));
  WF_TRY(out.runtime.zlib, row.text("zlib_max"));
  WF_TRY(out.runtime_arch, row.text("symbols_arch"));
  WF_TRY(out.arches, row.texts("arches"));
  WF_TRY(out.rolling, row.flag("rolling"));
  WF_TRY(out.support, read_support(row));
  WF_TRY(out.python, row.text("python"));
  WF_TRY(out.pip, row.text("pip"));
  WF_TRY(out.python_evidence, row.text("python_pip_evidence"));
  WF_TRY(std::optional<std::vector<std::string>> sources, row.texts("source"));
  out.sources = std::move(sources).value_or(std::vector<std::string>());
  return out;
}

/// "alma-9" and "alma:9" as {"alma", "9"}; "debian11" as {"debian", "11"}.
std::pair<std::string, std::string> split_id(std::string_view id) {
  const std::string text = lower_case(id);
  const std::size_t mark = text.find_first_of("-:");
  if (mark != std::string::npos) {
    return {text.substr(0, mark), text.substr(mark + 1)};
  }
  const std::size_t digit = std::min(text.find_first_of("0123456789"), text.size());
  return {text.substr(0, digit), text.substr(digit)};
}

/// The version, or the first word of the codename, is what was asked for.
bool has_version(const Distribution& distribution, std::string_view version) {
  if (distribution.version == version) {
    return true;
  }
  const std::string codename = lower_case(distribution.codename.value_or(""));
  return !codename.empty() && codename.substr(0, codename.find(' ')) == version;
}

/// The ids that a reader may have meant: the same distribution's, or all names where the name is unknown too.
std::string known_ids(const std::vector<Distribution>& distributions, std::string_view name) {
  std::vector<std::string> same;
  std::vector<std::string> names;
  for (const Distribution& one : distributions) {
    if (!name.empty() && one.name.starts_with(name)) {
      same.push_back(one.id());
    }
    if (std::find(names.begin(), names.end(), one.name) == names.end()) {
      names.push_back(one.name);
    }
  }
  return same.empty() ? fmt::format("known distributions: {}", fmt::join(names, ", "))
                      : fmt::format("known: {}", fmt::join(same, ", "));
}

} // namespace

std::string_view to_string(Libc libc) { return libc == Libc::musl ? "musl" : "glibc"; }

Result<std::vector<Distribution>> parse_distributions(std::string_view json) {
  const Json document = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (document.is_discarded()) {
    return fail(ErrorKind::invalid_data, "the distribution table is not JSON");
  }
  const auto rows = document.is_object() ? document.find("distros") : document.end();
  if (!document.is_object() || rows == document.end() || !rows->is_array()) {
    return fail(ErrorKind::invalid_data, "the distribution table has no list \"distros\"");
  }
  std::vector<Distribution> out;
  out.reserve(rows->size());
  for (const Json& row : *rows) {
    if (!row.is_object()) {
      return fail(ErrorKind::invalid_data, "distribution {} is {}, wanted an object", out.size(), row.type_name());
    }
    WF_TRY(Distribution one, read_distribution(RowReader(row, out.size())));
    out.push_back(std::move(one));
  }
  return out;
}

const std::vector<Distribution>& known_distributions() {
  static const std::vector<Distribution> kTable = [] {
    Result<std::vector<Distribution>> parsed = parse_distributions(embedded::distributions());
    WF_CHECK(parsed.has_value());
    return *std::move(parsed);
  }();
  return kTable;
}

Result<const Distribution*> find_distribution(const std::vector<Distribution>& distributions, std::string_view id) {
  const auto [name, version] = split_id(id);
  std::vector<const Distribution*> by_prefix;
  for (const Distribution& one : distributions) {
    if (one.id() == id || (one.name == name && has_version(one, version))) {
      return &one;
    }
    if (!name.empty() && one.name.starts_with(name) && has_version(one, version)) {
      by_prefix.push_back(&one);
    }
  }
  if (by_prefix.size() == 1) {
    return by_prefix.front();
  }
  return with_hint(
      fail(ErrorKind::not_found, "there is no distribution {:?}, wanted NAME-VERSION as in debian-12", std::string(id)),
      known_ids(distributions, name));
}

std::optional<std::string> last_day_of_support(const SupportWindow& support) {
  return std::max(support.ends, support.ends_pep600);
}

} // namespace wheelforge::platform
