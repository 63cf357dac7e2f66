// The run's result as a table for a terminal.
#pragma once

#include "orchestrator/pipeline/run_report.hpp"

#include <string>

namespace wheelforge::report {

/// How text for people is laid out.
struct TextStyle {
  int columns = 80;
  bool color = false;
};

/// One line a cell that was selected (result, time, size, policy, tests), the skipped ones counted by reason, and a
/// line of totals. Names of wheels stand below the table, in full.
[[nodiscard]] std::string summary_table(const pipeline::RunReport& report, const TextStyle& style);

/// "850 B", "12.3 kB", "4.0 MB".
[[nodiscard]] std::string size_text(std::uint64_t bytes);
/// "0.4 s", "12.0 s", "3m05s", "1h02m".
[[nodiscard]] std::string duration_text(std::chrono::milliseconds duration);

} // namespace wheelforge::report
