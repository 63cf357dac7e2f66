// From the audit's report to what a cell may and may not do.
#include "orchestrator/pipeline/wheel_verdict.hpp"

#include "orchestrator/audit/audit.hpp"
#include "orchestrator/audit/render.hpp"
#include "orchestrator/zip/zip_reader.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace wheelforge::pipeline {
namespace {

/// Whether [audit] fail-on names the finding: by its code, or by its severity or a milder one.
bool is_refused(const audit::Finding& finding, const matrix::AuditOptions& options) {
  return std::any_of(options.fail_on.begin(), options.fail_on.end(), [&](const std::string& word) {
    const auto severity = audit::find_severity(word);
    return severity ? finding.severity >= *severity : word == finding.code;
  });
}

} // namespace

Result<WheelVerdict> audit_for_cell(const std::filesystem::path& wheel, const std::string& name,
                                    const tags::PlatformTag& platform, const matrix::AuditOptions& options) {
  WF_TRY(const auto archive, zip::ZipReader::open(wheel));
  audit::AuditOptions how;
  how.integrity = audit::Integrity::check;
  tags::PlatformTag wanted = platform;
  if (options.policy != "claimed" && platform.arch) {
    WF_TRY(wanted, tags::parse_platform_tag(fmt::format("{}_{}", options.policy, to_string(*platform.arch))));
  }
  how.policy = wanted.text;
  WF_TRY(const audit::AuditReport report, audit::audit_wheel(archive, name, how));

  WheelVerdict verdict;
  verdict.tag = report.tag;
  for (const auto& [library, needed_by] : report.external) {
    verdict.external.push_back(library);
  }
  for (const audit::Finding& finding : report.findings) {
    const std::string line = finding.path.empty()
                                 ? fmt::format("{}: {}", finding.code, finding.message)
                                 : fmt::format("{}: {}: {}", finding.code, finding.path, finding.message);
    verdict.lines.push_back(fmt::format("{} {}", to_string(finding.severity), line));
    verdict.findings += finding.severity >= audit::Severity::warning ? 1 : 0;
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
