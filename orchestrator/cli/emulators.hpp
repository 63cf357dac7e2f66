// Looks at this machine's emulators for doctor and build, and registers them where they are missing.
#pragma once

#include "orchestrator/engine/emulator.hpp"
#include "orchestrator/host/file_system.hpp"
#include "orchestrator/host/process_runner.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::cli {

/// The architectures that doctor looks at: those for which images can be made, without what this machine runs itself.
[[nodiscard]] std::vector<std::string> emulated_architectures();

/// What there is for the architecture; asks the emulator for its version.
[[nodiscard]] engine::EmulatorState inspect_emulator(std::string_view architecture, const host::FileSystem& files,
                                                     host::ProcessRunner& runner);

/// Mounts binfmt_misc where it is not, installs qemu-user-static where apt-get can, and registers an emulator with flag
/// F for each architecture that has no usable one. Returns what was done, one sentence each. Fails (kind usage) without
/// root rights, and (kind failed) where an interpreter cannot be had.
[[nodiscard]] Result<std::vector<std::string>> mend_emulators(const std::vector<std::string>& architectures,
                                                              const host::FileSystem& files,
                                                              host::ProcessRunner& runner);

} // namespace wheelforge::cli
