// The programs that drive a build back end, as shell text, and what they need in the build environment.
#pragma once

#include "orchestrator/engine/container_spec.hpp"
#include "orchestrator/matrix/cell.hpp"
#include "orchestrator/matrix/options.hpp"

#include <string>
#include <vector>

namespace wheelforge::pipeline {

/// The command that builds the wheel of the package into kBuilt, for a shell inside the build environment. Isolation
/// is off: the environment was filled before, so that the build itself needs no network.
[[nodiscard]] std::string front_end_command(const matrix::BuildOptions& build, const std::string& package);

/// What the front end itself needs in the build environment.
[[nodiscard]] std::vector<std::string> front_end_requirements(const matrix::Frontend& front_end);

/// The config settings as the JSON object that back ends get: a string, or a list for a repeated name.
[[nodiscard]] std::string config_settings_json(const std::vector<matrix::ConfigSetting>& settings);

/// Variables by which build systems learn how many jobs they may run.
[[nodiscard]] engine::Environment job_environment(int jobs);

/// What cells that may share an abi3 wheel have in common: everything but their Python.
[[nodiscard]] std::string family(const matrix::Cell& cell);

} // namespace wheelforge::pipeline
