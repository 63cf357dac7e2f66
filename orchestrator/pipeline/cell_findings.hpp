// Everything that is found in one cell: by the audit of its wheel, and on users' machines. And what may not be found.
#pragma once

#include "orchestrator/audit/finding.hpp"
#include "orchestrator/matrix/options.hpp"
#include "orchestrator/pipeline/run_report.hpp"

#include <string>
#include <vector>

namespace wheelforge::pipeline {

/// The code of a disagreement between prediction and observation.
inline constexpr const char* kNotAsPredicted = "not-as-predicted";

/// A finding for each disagreement, which names the machine and its Python.
[[nodiscard]] std::vector<audit::Finding> findings_of(const MachineReport& machine);

/// The audit's findings as its report has them, then those of the machines in the plan's order.
[[nodiscard]] std::vector<audit::Finding> findings_of(const CellReport& cell);

/// Whether [audit] fail-on names the finding: by its code, or by its severity or a milder one.
[[nodiscard]] bool is_refused(const audit::Finding& finding, const matrix::AuditOptions& options);

/// Whether [audit] fail-on names disagreements.
[[nodiscard]] bool refuses_disagreements(const matrix::AuditOptions& options);

/// "CODE: PATH: MESSAGE", without the path where it concerns the whole wheel.
[[nodiscard]] std::string line_of(const audit::Finding& finding);

} // namespace wheelforge::pipeline
