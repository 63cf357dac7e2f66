// Users' machines in the reports: predicted and observed side by side, and where they differ.
#pragma once

#include "orchestrator/pipeline/run_report.hpp"
#include "orchestrator/report/html_page.hpp"

#include <optional>
#include <string>

namespace wheelforge::report {

/// A grid with the cells as rows and the machines as columns, each field with the prediction above the observation,
/// then every disagreement and every file that does not load. Nothing where no wheel was tested on a user's machine.
[[nodiscard]] std::optional<HtmlSection> machine_section(const pipeline::RunReport& report);

/// For the summary in a terminal: how many tests went as predicted, and a line for each disagreement. Empty where no
/// wheel was tested on a user's machine.
[[nodiscard]] std::string machine_lines(const pipeline::RunReport& report);

} // namespace wheelforge::report
