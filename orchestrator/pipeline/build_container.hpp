// Starts the containers that cells are built in: with native compilers where their architecture is foreign.
#pragma once

#include "orchestrator/pipeline/cell_log.hpp"
#include "orchestrator/pipeline/run_context.hpp"
#include "orchestrator/plan/plan.hpp"

#include <stop_token>
#include <string>
#include <vector>

namespace wheelforge::pipeline {

/// Fails (kind not_found) where an image is for another architecture than the cell, as the engine tells it.
[[nodiscard]] Result<void> check_architecture(const ReadyImage& image, const plan::PlannedCell& cell);

/// Starts a container from the spec and, as the plan says, puts native compilers into it. Where they do not fit the
/// image, the log says so, and the container's own are used under emulation; with [cross] compilers = "native" that is
/// an error.
[[nodiscard]] Result<engine::Container> start_build_container(RunContext& run, const plan::PlannedCell& cell,
                                                              engine::ContainerSpec spec, CellLog& log,
                                                              const std::string& step, std::stop_token stop);

/// Where the last lines of a failed step of a foreign cell show that its emulator crashed, the error says so: temporary
/// the first time, so that the cell is tried again, and failed the second. Any other error is returned as it is.
[[nodiscard]] Error name_emulator_crash(EmulatorCrashes& crashes, const plan::PlannedCell& cell,
                                        const std::string& step, const std::vector<std::string>& tail, Error error);

/// The folder of programs brought into the test containers of a cell: those of its own architecture, or native ones for
/// a foreign cell that has a tool set.
[[nodiscard]] std::filesystem::path tools_folder(const RunContext& run, const plan::PlannedCell& cell);

} // namespace wheelforge::pipeline
