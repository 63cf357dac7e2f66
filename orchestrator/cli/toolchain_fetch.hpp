// Brings the toolchains of a plan into the cache before its run begins.
#pragma once

#include "orchestrator/cli/configuration.hpp"
#include "orchestrator/host/clock.hpp"
#include "orchestrator/host/process_runner.hpp"
#include "orchestrator/plan/plan.hpp"

#include <filesystem>
#include <map>
#include <stop_token>
#include <string>

namespace wheelforge::cli {

/// The prefixes of all toolchains that the selected cells need, by pipeline::toolchain_key(); each is fetched once,
/// what is there already is used. Fails (kind usage) where one is not locked.
[[nodiscard]] Result<std::map<std::string, std::filesystem::path>>
fetch_toolchains(host::FileSystem& files, host::ProcessRunner& runner, host::Clock& clock, const plan::Plan& plan,
                 const Configuration& configuration, std::stop_token stop);

} // namespace wheelforge::cli
