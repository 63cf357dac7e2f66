// From the audit's report to what a cell may and may not do.
#include "orchestrator/pipeline/wheel_verdict.hpp"

#include "orchestrator/audit/audit.hpp"
#include "orchestrator/audit/render.hpp"
#include "orchestrator/pipeline/cell_findings.hpp"

#include <fmt/core.h>

namespace wheelforge::pipeline {
Result<WheelVerdict> audit_for_cell(const zip::ZipReader& wheel, const std::string& name,
                                    const tags::PlatformTag& platform, const matrix::AuditOptions& options) {
  audit::AuditOptions how;
  how.integrity = audit::Integrity::check;
  tags::PlatformTag wanted = platform;
  if (options.policy != "claimed" && platform.arch) {
    WF_TRY(wanted, tags::parse_platform_tag(fmt::format("{}_{}", options.policy, to_string(*platform.arch))));
  }
  how.policy = wanted.text;
  WF_TRY(const audit::AuditReport report, audit::audit_wheel(wheel, name, how));

  WheelVerdict verdict;
  verdict.tag = report.tag;
  for (const auto& [library, needed_by] : report.external) {
    verdict.external.push_back(library);
  }
  for (const audit::Finding& finding : report.findings) {
    const std::string line = line_of(finding);
    verdict.lines.push_back(fmt::format("{} {}", to_string(finding.severity), line));
    if (is_refused(finding, options)) {
      verdict.refusals.push_back(line);
    }
  }
  verdict.lines.insert(verdict.lines.begin(), fmt::format("verdict: {}", report.tag));
  if (!report.keeps_claim(wanted)) {
    verdict.refusals.push_back(fmt::format("the content meets {}, {} was asked for", report.tag, wanted.text));
  }
  verdict.json = audit::to_json(std::span(&report, 1), {});
  verdict.report = report;
  return verdict;
}

} // namespace wheelforge::pipeline
