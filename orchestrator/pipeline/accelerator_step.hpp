// What a cell with an accelerator does beyond others: its label, the check of what was built, its tests.
#pragma once

#include "orchestrator/audit/report.hpp"
#include "orchestrator/host/file_system.hpp"
#include "orchestrator/matrix/options.hpp"
#include "orchestrator/plan/plan.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace wheelforge::pipeline {

/// Writes the cell's label into the wheel: a new file in `folder`, or the same wheel where there is nothing to write.
[[nodiscard]] Result<std::filesystem::path> label_wheel(host::FileSystem& files, const plan::PlannedCell& planned,
                                                        const std::filesystem::path& wheel,
                                                        const std::filesystem::path& folder);

/// The file name that installers take for a cell's wheel: without its variant label, which they refuse so far.
[[nodiscard]] std::string installable_name(const plan::PlannedCell& planned, std::string file_name);

/// What the check of an accelerator's wheel says.
struct AcceleratorVerdict {
  std::string tag;                   ///< the platform tag that the wheel can promise with the cell's toolchain
  std::string json;                  ///< the inspection, a JSON object
  std::vector<std::string> lines;    ///< for the log
  std::vector<std::string> refusals; ///< why the cell fails; empty: it does not
};

/// Holds the wheel against the toolchain, the targets, the label and the size limit of its cell. A cell of "cpu" is
/// only held against its size limit, and fails where the wheel has device code.
[[nodiscard]] Result<AcceleratorVerdict>
check_accelerator(const plan::PlannedCell& planned, const std::filesystem::path& wheel, audit::AuditReport report);

/// The audit's report with the inspection as its member "device".
[[nodiscard]] std::string with_inspection(const std::string& audit_json, const std::string& inspection);

/// The test command of the place `no-device`: runs the user's lines and wants the last line they print to be the name
/// of one of the toolchain's errors for "no device here".
[[nodiscard]] matrix::ShellLines no_device_command(const plan::PlannedCell& planned);

/// Why there is no device for the toolchain on this machine; empty where there is one.
[[nodiscard]] std::string missing_device(const host::FileSystem& files, const plan::PlannedCell& planned);

} // namespace wheelforge::pipeline
