// When each step of a run was at work: a page to look at, and a trace for Chrome's and Perfetto's viewers.
#pragma once

#include "orchestrator/pipeline/run_report.hpp"

#include <string>

namespace wheelforge::report {

/// A self-contained HTML page: a time axis, a row a cell with its steps as bars, how many steps ran at each moment, and
/// the time by phase.
[[nodiscard]] std::string timings_page(const pipeline::RunReport& report);

/// The same in Chrome's trace event format: a process a cell, a thread a lane of steps side by side, times in µs.
/// Source: "Trace Event Format", complete events.
[[nodiscard]] std::string chrome_trace(const pipeline::RunReport& report);

} // namespace wheelforge::report
