// Reads the table of CPython minor versions.
#include "orchestrator/platform/python_release.hpp"

#include "orchestrator/tags/python_tag.hpp"

#include "embedded/platform/pythons.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <tuple>

namespace wheelforge::platform {
namespace {

using Json = nlohmann::json;

Result<PythonRelease> read_release(const std::string& name, const Json& row) {
  std::string digits = name;
  digits.erase(std::remove(digits.begin(), digits.end(), '.'), digits.end());
  const Result<tags::PythonTag> version = tags::parse_python_tag("cp" + digits);
  if (!version || !version->minor || tags::dotted_version(*version) != name) {
    return fail(ErrorKind::invalid_data, "python releases: version {:?}, wanted MAJOR.MINOR", name);
  }
  PythonRelease out{version->major, *version->minor, {}, {}, {}, {}};
  const auto text = [&row](const char* key) -> std::string {
    const auto found = row.is_object() ? row.find(key) : row.end();
    return row.is_object() && found != row.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  out.released = text("release");
  out.ends = text("eol");
  out.latest = text("latest");
  if (out.released.empty() || out.ends.empty() || out.latest.empty()) {
    return fail(ErrorKind::invalid_data, "python releases: {} needs the strings release, eol and latest, has {}", name,
                row.dump());
  }
  if (const std::string bugfixes = text("end_of_bugfix"); !bugfixes.empty() && bugfixes != "true") {
    out.bugfixes_end = bugfixes;
  }
  return out;
}

} // namespace

Result<std::vector<PythonRelease>> parse_python_releases(std::string_view json) {
  const Json document = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (!document.is_object() || !document.contains("python") || !document["python"].is_object()) {
    return fail(ErrorKind::invalid_data, "python releases: wanted a JSON object with the object \"python\"");
  }
  std::vector<PythonRelease> out;
  for (const auto& [name, row] : document["python"].items()) {
    WF_TRY(PythonRelease one, read_release(name, row));
    out.push_back(std::move(one));
  }
  std::sort(out.begin(), out.end(), [](const PythonRelease& a, const PythonRelease& b) {
    return std::tie(a.major, a.minor) < std::tie(b.major, b.minor);
  });
  return out;
}

const std::vector<PythonRelease>& known_python_releases() {
  static const std::vector<PythonRelease> kReleases = [] {
    Result<std::vector<PythonRelease>> parsed = parse_python_releases(embedded::pythons());
    WF_CHECK(parsed.has_value());
    return *std::move(parsed);
  }();
  return kReleases;
}

const PythonRelease* find_python_release(const std::vector<PythonRelease>& releases, int major, int minor) {
  const auto found = std::find_if(releases.begin(), releases.end(), [&](const PythonRelease& release) {
    return release.major == major && release.minor == minor;
  });
  return found == releases.end() ? nullptr : &*found;
}

} // namespace wheelforge::platform
