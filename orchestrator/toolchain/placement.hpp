// How a toolchain appears in a cell's containers: a read-only prefix, variables, and folders on PATH.
#pragma once

#include "orchestrator/toolchain/recipe.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace wheelforge::toolchain {

/// The folder below which prefixes are mounted in containers.
inline constexpr const char* kMountFolder = "/wheelforge/toolchains";

/// What a cell compiles for and with how much of the machine.
struct Budget {
  std::vector<std::string> targets;          ///< targets_of()
  int jobs = 1;                              ///< compiler processes that the scheduler gives the cell
  std::optional<std::uint64_t> memory_bytes; ///< the cell's limit
};

/// Where the whole unpacked toolchain is mounted: /wheelforge/toolchains/cuda-13.5. Empty where the image has it.
[[nodiscard]] std::string mount_point(const Recipe& recipe);

/// The prefix inside the container: the mount point and the recipe's root, or the path that the image has.
[[nodiscard]] std::string prefix_in_container(const Recipe& recipe);

/// The folder of libraries that users have from elsewhere, relative to what mount_point() shows: the recipe's root and
/// its run-time folder. Empty where the recipe names none.
[[nodiscard]] std::string run_time_folder(const Recipe& recipe);

/// The recipe's variables, filled in: {prefix}, {arch}, {targets} ("sm_80;sm_90"), {numbers} ("80;90"), {versions}
/// ("8.0;9.0") and {gencode} (nvcc's flags). WHEELFORGE_ACCELERATOR and WHEELFORGE_TARGETS are always among them.
[[nodiscard]] std::map<std::string, std::string> variables(const Recipe& recipe, tags::Architecture arch,
                                                           const Budget& budget);

/// MAX_JOBS, NVCC_THREADS and the like: together never more than the jobs, nor than the memory holds.
[[nodiscard]] std::map<std::string, std::string> job_variables(const Recipe& recipe, const Budget& budget);

/// Folders for the front of PATH, absolute.
[[nodiscard]] std::vector<std::string> path_folders(const Recipe& recipe);

} // namespace wheelforge::toolchain
