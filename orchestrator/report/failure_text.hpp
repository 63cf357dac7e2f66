// What a person needs to see when a cell has failed.
#pragma once

#include "orchestrator/pipeline/run_report.hpp"
#include "orchestrator/report/summary_table.hpp"

#include <string>

namespace wheelforge::report {

/// A block for every failed cell: the step and why, the failing command, its last lines, the log's path, a hint, and
/// the command that reproduces that cell alone. Empty where nothing failed.
[[nodiscard]] std::string failure_text(const pipeline::RunReport& report, const TextStyle& style);

} // namespace wheelforge::report
