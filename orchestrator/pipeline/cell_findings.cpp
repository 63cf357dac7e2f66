// Reads the audit's findings back from its report, and makes findings of disagreements.
#include "orchestrator/pipeline/cell_findings.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace wheelforge::pipeline {
namespace {

using Json = nlohmann::json;

std::string text_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// The findings of the one wheel that the audit's report is about; none where it is no such report.
std::vector<audit::Finding> audited_findings(const std::string& audit_json) {
  const Json audit = Json::parse(audit_json, nullptr, false);
  const Json::json_pointer place("/wheels/0/findings");
  if (!audit.is_object() || !audit.contains(place) || !audit.at(place).is_array()) {
    return {};
  }
  std::vector<audit::Finding> findings;
  for (const Json& one : audit.at(place)) {
    if (!one.is_object()) {
      continue;
    }
    findings.push_back({text_of(one, "code"),
                        audit::find_severity(text_of(one, "severity")).value_or(audit::Severity::note),
                        text_of(one, "path"), text_of(one, "message"), text_of(one, "hint")});
  }
  return findings;
}

} // namespace

std::vector<audit::Finding> findings_of(const MachineReport& machine) {
  audit::Findings findings;
  for (const Disagreement& one : disagreements(machine)) {
    findings.add(kNotAsPredicted, one.path,
                 fmt::format("on {} with Python {}: {}", machine.place, machine.python, one.message));
  }
  return findings.sorted();
}

std::vector<audit::Finding> findings_of(const CellReport& cell) {
  std::vector<audit::Finding> findings = audited_findings(cell.audit_json);
  for (const MachineReport& machine : cell.machines) {
    const std::vector<audit::Finding> found = findings_of(machine);
    findings.insert(findings.end(), found.begin(), found.end());
  }
  return findings;
}

bool is_refused(const audit::Finding& finding, const matrix::AuditOptions& options) {
  return std::any_of(options.fail_on.begin(), options.fail_on.end(), [&](const std::string& word) {
    const auto severity = audit::find_severity(word);
    return severity ? finding.severity >= *severity : word == finding.code;
  });
}

bool refuses_disagreements(const matrix::AuditOptions& options) {
  const audit::FindingCode* code = audit::find_code(kNotAsPredicted);
  WF_CHECK(code != nullptr);
  return is_refused({kNotAsPredicted, code->severity, {}, {}, {}}, options);
}

std::string line_of(const audit::Finding& finding) {
  return finding.path.empty() ? fmt::format("{}: {}", finding.code, finding.message)
                              : fmt::format("{}: {}: {}", finding.code, finding.path, finding.message);
}

} // namespace wheelforge::pipeline
