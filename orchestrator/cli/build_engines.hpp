// The engines that a plan needs, and whether this machine can run what it is to run.
#pragma once

#include "orchestrator/cli/configuration.hpp"
#include "orchestrator/engine/container_engine.hpp"
#include "orchestrator/host/file_system.hpp"
#include "orchestrator/host/process_runner.hpp"
#include "orchestrator/plan/plan.hpp"

#include <memory>

namespace wheelforge::cli {

/// This machine's engine, together with those of [engine.hosts] that the plan sends cells to. The first four outlive
/// it.
[[nodiscard]] Result<std::unique_ptr<engine::ContainerEngine>>
open_engines(host::ProcessRunner& runner, host::Clock& clock, const host::FileSystem& files,
             engine::EngineChoice choice, const Configuration& configuration, const plan::Plan& plan);

/// Whether this machine runs the programs of every architecture that is to be built on it; warns on stderr of an
/// emulator with known crashes. Fails (kind engine_unavailable) with the command that mends it.
[[nodiscard]] Result<void> check_emulators(const plan::Plan& plan, const host::FileSystem& files,
                                           host::ProcessRunner& runner);

} // namespace wheelforge::cli
