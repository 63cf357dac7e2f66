// The reports as JSON and as SARIF.
#include "orchestrator/audit/render.hpp"

#include <nlohmann/json.hpp>

namespace wheelforge::audit {
namespace {

using Json = nlohmann::ordered_json;

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json text_or_null(std::string_view text) { return text.empty() ? Json(nullptr) : Json(text); }

Json json_of(const ElfReport& elf) {
  Json floor = nullptr;
  if (elf.floor) {
    floor = {{"version", elf.floor->version}, {"symbols", elf.floor->symbols}};
  }
  Json versions = Json::object();
  for (const auto& [library, names] : elf.versions) {
    versions[library] = names;
  }
  return {{"path", elf.path},
          {"arch", text_or_null(elf.arch)},
          {"python_extension", elf.is_extension},
          {"needed", elf.needed},
          {"soname", text_or_null(elf.soname)},
          {"rpath", or_null(elf.rpath)},
          {"runpath", or_null(elf.runpath)},
          {"versions", std::move(versions)},
          {"floor", std::move(floor)}};
}

Json json_of(const WhyNot& why) {
  Json obstacles = Json::array();
  for (const Obstacle& obstacle : why.obstacles) {
    obstacles.push_back({{"path", obstacle.path},
                         {"library", text_or_null(obstacle.library)},
                         {"version", text_or_null(obstacle.version)},
                         {"symbols", obstacle.symbols}});
  }
  return {{"tag", why.tag}, {"obstacles", std::move(obstacles)}};
}

Json loads_of(const AuditReport& report) {
  Json on = Json::object();
  for (const auto& [machine, loads] : report.on) {
    Json& files = on[machine] = Json::object();
    for (const auto& [path, sentence] : loads.sentences) {
      files[path] = or_null(sentence);
    }
  }
  return on;
}

Json json_of(const AuditReport& report) {
  Json claimed = Json::array();
  for (const tags::PlatformTag& tag : report.claimed) {
    claimed.push_back(tag.text);
  }
  Json elf_files = Json::array();
  for (const ElfReport& elf : report.elf_files) {
    elf_files.push_back(json_of(elf));
  }
  Json external = Json::object();
  for (const auto& [soname, paths] : report.external) {
    external[soname] = paths;
  }
  Json why_not = Json::array();
  for (const WhyNot& why : report.why_not) {
    why_not.push_back(json_of(why));
  }
  Json findings = Json::array();
  for (const Finding& finding : report.findings) {
    findings.push_back({{"code", finding.code},
                        {"severity", to_string(finding.severity)},
                        {"path", text_or_null(finding.path)},
                        {"message", finding.message},
                        {"hint", text_or_null(finding.hint)}});
  }
  Json json = {{"wheel", report.wheel},
               {"claimed", std::move(claimed)},
               {"tag", report.tag},
               {"nearest_policy", text_or_null(report.nearest_policy)},
               {"auditwheel_tag", or_null(report.auditwheel_tag)},
               {"auditwheel_reason", text_or_null(report.auditwheel_reason)},
               {"differs_because", report.differs_because},
               {"arch", report.arch ? Json(tags::to_string(*report.arch)) : Json(nullptr)},
               {"libc", report.libc ? Json(to_string(*report.libc)) : Json(nullptr)},
               {"elf_files", std::move(elf_files)},
               {"external", std::move(external)},
               {"why_not", std::move(why_not)},
               {"findings", std::move(findings)}};
  if (!report.on.empty()) {
    json["on"] = loads_of(report);
    Json basis = Json::object();
    for (const auto& [machine, loads] : report.on) {
      basis[machine] = {{"basis", loads.basis}};
    }
    json["on_basis"] = std::move(basis);
  }
  return json;
}

std::string dumped(const Json& json) {
  // Names inside wheels may be any bytes: what is not UTF-8 is replaced instead of stopping the program.
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string_view sarif_level(Severity severity) {
  return to_string(severity);
} // note, warning, error: SARIF's own words

/// A file name as a URI reference (RFC 3986).
std::string uri_of(std::string_view name) {
  std::string uri;
  for (const char c : name) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                          std::string_view("-._~+!$&'()*,;=@").find(c) != std::string_view::npos;
    uri += is_plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
  }
  return uri;
}

Json sarif_result(const AuditReport& report, const Finding& finding) {
  Json location = {{"physicalLocation", {{"artifactLocation", {{"uri", uri_of(report.wheel)}}}}}};
  if (!finding.path.empty()) {
    location["logicalLocations"] = Json::array({{{"fullyQualifiedName", finding.path}, {"kind", "member"}}});
  }
  const std::string text =
      finding.path.empty() ? finding.message : fmt::format("{}: {}", finding.path, finding.message);
  return {
      {"ruleId", finding.code},
      {"level", sarif_level(finding.severity)},
      {"message", {{"text", text}}},
      {"locations", Json::array({std::move(location)})},
      {"partialFingerprints", {{"wheelforge/v1", fmt::format("{}:{}:{}", report.wheel, finding.code, finding.path)}}}};
}

} // namespace

std::string to_json(std::span<const AuditReport> reports, std::span<const UnreadableWheel> unreadable) {
  Json wheels = Json::array();
  for (const AuditReport& report : reports) {
    wheels.push_back(json_of(report));
  }
  Json failed = Json::array();
  for (const UnreadableWheel& wheel : unreadable) {
    failed.push_back({{"wheel", wheel.wheel}, {"message", wheel.message}});
  }
  return dumped({{"schema", 1}, {"wheels", std::move(wheels)}, {"unreadable", std::move(failed)}});
}

std::string to_sarif(std::span<const AuditReport> reports, std::span<const UnreadableWheel> unreadable,
                     std::string_view tool_version) {
  Json rules = Json::array();
  for (const FindingCode& code : finding_codes()) {
    rules.push_back({{"id", code.name},
                     {"shortDescription", {{"text", code.title}}},
                     {"fullDescription", {{"text", code.meaning}}},
                     {"help", {{"text", code.hint}}},
                     {"defaultConfiguration", {{"level", sarif_level(code.severity)}}}});
  }
  Json results = Json::array();
  for (const AuditReport& report : reports) {
    for (const Finding& finding : report.findings) {
      results.push_back(sarif_result(report, finding));
    }
  }
  Json notifications = Json::array();
  for (const UnreadableWheel& wheel : unreadable) {
    notifications.push_back(
        {{"level", "error"},
         {"message", {{"text", wheel.message}}},
         {"locations", Json::array({{{"physicalLocation", {{"artifactLocation", {{"uri", uri_of(wheel.wheel)}}}}}}})}});
  }
  Json driver = {{"name", "wheelforge"}, {"version", tool_version}, {"rules", std::move(rules)}};
  Json invocation = {{"executionSuccessful", unreadable.empty()},
                     {"toolExecutionNotifications", std::move(notifications)}};
  Json run = {{"tool", {{"driver", std::move(driver)}}},
              {"invocations", Json::array({std::move(invocation)})},
              {"results", std::move(results)}};
  return dumped({{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                 {"version", "2.1.0"},
                 {"runs", Json::array({std::move(run)})}});
}

} // namespace wheelforge::audit
