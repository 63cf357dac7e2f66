// The run's findings as SARIF 2.1.0, for code scanning.
#pragma once

#include "orchestrator/pipeline/run_report.hpp"

#include <string>

namespace wheelforge::report {

/// One SARIF run with the findings of every cell that has a wheel of its own or was tested on a user's machine; a
/// result's place is the wheel, or the cell's id where there is none.
[[nodiscard]] std::string to_sarif(const pipeline::RunReport& report);

} // namespace wheelforge::report
