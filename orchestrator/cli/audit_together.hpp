// `wheelforge audit --together`: several wheels on paper in one process.
#pragma once

#include "orchestrator/cli/audit_on.hpp"

#include <filesystem>
#include <vector>

namespace wheelforge::cli {

/// Reads the wheels and prints what clashes. `machines.on` may name one distribution; Debian's newest release
/// otherwise. Gives the exit code: audit_failed where a clash is an error and `never_fails` is false.
[[nodiscard]] Result<int> run_together(const std::vector<std::filesystem::path>& files, const MachineChoice& machines,
                                       bool json, bool never_fails);

} // namespace wheelforge::cli
