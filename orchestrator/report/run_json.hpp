// The run as report.json (docs/schema/report.schema.json).
#pragma once

#include "orchestrator/pipeline/run_report.hpp"

#include <string>

namespace wheelforge::report {

/// {"schema":1,"run":…,"cells":[…]}, indented, with a newline at the end. Absent values are null; times are RFC 3339 in
/// UTC, durations in seconds, sizes in bytes. Bytes that are not UTF-8 are replaced.
[[nodiscard]] std::string to_json(const pipeline::RunReport& report);

} // namespace wheelforge::report
