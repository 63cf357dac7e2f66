// What the audit says of a wheel, as far as a build needs to know it.
#pragma once

#include "orchestrator/audit/report.hpp"
#include "orchestrator/base/error.hpp"
#include "orchestrator/matrix/options.hpp"
#include "orchestrator/tags/platform_tag.hpp"
#include "orchestrator/zip/zip_reader.hpp"

#include <string>
#include <vector>

namespace wheelforge::pipeline {

/// The audit of one wheel.
struct WheelVerdict {
  audit::AuditReport report;
  std::string tag;                   ///< the widest platform tag that the content really meets
  std::vector<std::string> external; ///< libraries that are neither in the wheel nor promised by the platform
  std::vector<std::string> lines;    ///< the report for people
  std::vector<std::string> refusals; ///< findings that the cell's options do not allow, one line each
  std::string json;                  ///< the audit's own report of this wheel, a JSON object
};

/// Audits the wheel against the platform that the cell asked for, under the name that installers know it by. Fails when
/// its bytes cannot be read.
[[nodiscard]] Result<WheelVerdict> audit_for_cell(const zip::ZipReader& wheel, const std::string& name,
                                                  const tags::PlatformTag& platform,
                                                  const matrix::AuditOptions& options);

} // namespace wheelforge::pipeline
