// A cell's accelerator toolchain in its containers: the mounted prefix, variables, PATH, and what repair leaves alone.
#pragma once

#include "orchestrator/engine/container_spec.hpp"
#include "orchestrator/pipeline/run_context.hpp"
#include "orchestrator/plan/plan.hpp"

#include <string>
#include <vector>

namespace wheelforge::pipeline {

/// What a cell's container gets beyond what every container has.
struct CellAddition {
  std::vector<engine::Mount> mounts;
  engine::Environment environment;
  std::vector<std::string> path; ///< folders for the front of PATH, behind the Python's
};

/// What the toolchain adds; nothing for "cpu". Fails (kind usage) where its prefix was not fetched.
[[nodiscard]] Result<CellAddition> toolchain_addition(const RunContext& run, const plan::PlannedCell& planned);

/// What a test container gets of the toolchain: the folder of libraries that users have from elsewhere, read-only, and
/// in front of the LD_LIBRARY_PATH of the container's variables or else of its image. Nothing where the recipe names
/// none. Fails as toolchain_addition().
[[nodiscard]] Result<CellAddition> run_time_addition(const Prefixes& prefixes, const plan::PlannedCell& planned,
                                                     const engine::Environment& variables,
                                                     const engine::Environment& image);

/// Puts mounts and variables into a container's spec; the addition's variables go over those that are there.
void put(CellAddition addition, engine::ContainerSpec& spec);

/// How many compilers the cell may run, in the words of the toolchain's build systems; empty for "cpu".
[[nodiscard]] engine::Environment toolchain_jobs(const RunContext& run, const plan::PlannedCell& planned, int jobs);

/// Globs of sonames that stay out of the wheel: providers' libraries and the driver's.
[[nodiscard]] std::vector<std::string> never_grafted(const plan::PlannedCell& planned);

/// The key of a prefix in RunContext::toolchains.
[[nodiscard]] std::string toolchain_key(const plan::PlannedCell& planned);

/// The folders as PATH has them: "/a/bin:/b/bin:"; empty where there are none.
[[nodiscard]] std::string path_prefix(const std::vector<std::string>& folders);

} // namespace wheelforge::pipeline
