// Reads the snapshot of download statistics.
#include "orchestrator/platform/download_shares.hpp"

#include "embedded/platform/download_shares.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace wheelforge::platform {
namespace {

using Json = nlohmann::json;

Result<double> read_percent(const Json& value, std::string_view where) {
  if (!value.is_number() || value.get<double>() < 0 || value.get<double>() > 100) {
    return fail(ErrorKind::invalid_data, "{} is {}, wanted a percentage from 0 to 100", where, value.dump());
  }
  return value.get<double>();
}

/// The member of an object, checked for its type.
Result<const Json*> member(const Json& object, const char* key, Json::value_t type, std::string_view wanted) {
  const auto found = object.find(key);
  const bool number = type == Json::value_t::number_unsigned;
  if (found == object.end() || (number ? !found->is_number_unsigned() : found->type() != type)) {
    return fail(ErrorKind::invalid_data, "download shares: {} is {}, wanted {}", key,
                found == object.end() ? "missing" : found->type_name(), wanted);
  }
  return &*found;
}

/// "manylinux_2_17" → 2.17.
Result<tags::LibcVersion> read_tag(const std::string& name) {
  Result<tags::PlatformTag> tag = tags::parse_platform_tag(name + "_x86_64");
  if (!tag || tag->family != tags::PlatformFamily::manylinux) {
    return fail(ErrorKind::invalid_data, "download shares: tag {:?}, wanted manylinux_MAJOR_MINOR", name);
  }
  return tag->version;
}

Result<std::map<tags::LibcVersion, double>> read_reach(const Json& table, const std::string& arch) {
  if (!table.is_object()) {
    return fail(ErrorKind::invalid_data, "download shares: reach of {} is {}, wanted an object", arch,
                table.type_name());
  }
  std::map<tags::LibcVersion, double> out;
  for (const auto& [name, percent] : table.items()) {
    WF_TRY(const tags::LibcVersion version, read_tag(name));
    WF_TRY(out[version], read_percent(percent, "reach of " + name + " on " + arch));
  }
  return out;
}

/// The months of `old_pip_percent`: {"2025-04": {"lt_20_3": 1.033, …}}.
Result<std::vector<OldPipShare>> read_old_pips(const Json& document) {
  std::vector<OldPipShare> out;
  const auto months = document.find("old_pip_percent");
  if (months == document.end()) {
    return out;
  }
  if (!months->is_object()) {
    return fail(ErrorKind::invalid_data, "download shares: old_pip_percent is {}, wanted an object",
                months->type_name());
  }
  for (const auto& [month, shares] : months->items()) {
    OldPipShare one{month, {}};
    for (const auto& [key, percent] : shares.items()) {
      if (key.starts_with("lt_")) {
        std::string version = key.substr(3);
        std::replace(version.begin(), version.end(), '_', '.');
        WF_TRY(one.percent[version], read_percent(percent, month + " " + key));
      }
    }
    out.push_back(std::move(one));
  }
  return out;
}

Result<void> read_window(const Json& window, DownloadShares& out) {
  WF_TRY(const Json* from, member(window, "from", Json::value_t::string, "a date"));
  WF_TRY(const Json* to, member(window, "to", Json::value_t::string, "a date"));
  WF_TRY(const Json* downloads, member(window, "downloads", Json::value_t::number_unsigned, "a number"));
  WF_TRY(const Json* reach, member(window, "reach", Json::value_t::object, "an object by architecture"));
  WF_TRY(const Json* by_cpu, member(window, "downloads_by_cpu", Json::value_t::object, "an object by architecture"));
  WF_TRY(const Json* pythons, member(window, "python_percent", Json::value_t::object, "an object by version"));
  out.from = from->get<std::string>();
  out.to = to->get<std::string>();
  out.downloads = downloads->get<std::uint64_t>();
  for (const auto& [arch, table] : reach->items()) {
    WF_TRY(out.reach[arch], read_reach(table, arch));
  }
  for (const auto& [arch, count] : by_cpu->items()) {
    if (!count.is_number_unsigned()) {
      return fail(ErrorKind::invalid_data, "download shares: downloads of {} is {}, wanted a number", arch,
                  count.dump());
    }
    out.downloads_by_arch[arch] = count.get<std::uint64_t>();
  }
  for (const auto& [version, percent] : pythons->items()) {
    WF_TRY(out.python_percent[version], read_percent(percent, "Python " + version));
  }
  return {};
}

} // namespace

std::optional<double> DownloadShares::reach_of(std::string_view arch, tags::LibcVersion version) const {
  const auto table = reach.find(std::string(arch));
  if (table == reach.end()) {
    return std::nullopt;
  }
  const auto listed = table->second.lower_bound(version);
  return listed == table->second.end() ? 0.0 : listed->second;
}

Result<DownloadShares> parse_download_shares(std::string_view json) {
  const Json document = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (!document.is_object()) {
    return fail(ErrorKind::invalid_data, "download shares: the file is {}, wanted a JSON object",
                document.is_discarded() ? "not JSON" : document.type_name());
  }
  DownloadShares out;
  WF_TRY(const Json* source, member(document, "source", Json::value_t::string, "a string"));
  WF_TRY(const Json* window, member(document, "last28", Json::value_t::object, "an object"));
  out.source = source->get<std::string>();
  WF_TRY_VOID(read_window(*window, out));
  WF_TRY(out.old_pips, read_old_pips(document));
  return out;
}

const DownloadShares& known_download_shares() {
  static const DownloadShares kShares = [] {
    Result<DownloadShares> parsed = parse_download_shares(embedded::download_shares());
    WF_CHECK(parsed.has_value());
    return *std::move(parsed);
  }();
  return kShares;
}

} // namespace wheelforge::platform
