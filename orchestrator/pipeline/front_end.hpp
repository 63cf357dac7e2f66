// The programs that drive a build back end, as shell text, and what they need in the build environment.
#pragma once

#include "orchestrator/engine/container_spec.hpp"
#include "orchestrator/matrix/cell.hpp"
#include "orchestrator/matrix/options.hpp"

#include <string>
#include <vector>

namespace wheelforge::pipeline {

/// True where the back end's hooks are called without a front end's program between: for build[uv], which does nothing
/// else in an environment that is filled already. With arguments of its own the program is wanted.
[[nodiscard]] bool calls_hooks_directly(const matrix::Frontend& front_end);

/// Shell lines that set `installer` to what fills the build environment: uv or pip.
[[nodiscard]] std::string choose_installer(const matrix::Frontend& front_end);

/// What build_environment.py says when the build needs no network any more.
inline constexpr const char* kNetworkCanGo = "wheelforge: what the build needs is installed, the network can go";

/// The command that builds the wheel of the package into kBuilt, for a shell inside the build environment. Isolation
/// is off: the environment was filled before, so that the build itself needs no network.
[[nodiscard]] std::string front_end_command(const matrix::BuildOptions& build, const std::string& package);

/// What the front end's program itself needs in the build environment.
[[nodiscard]] std::vector<std::string> front_end_requirements(const matrix::Frontend& front_end);

/// A shell line that makes the folders in which scripts find the wheels of other steps.
[[nodiscard]] std::string make_folders();
/// Shell lines that end a script whose result is a folder's wheels: they leave the container as a tar on descriptor 3.
[[nodiscard]] std::string send_wheels(const char* folder);

/// A shell line that removes the build environment's files, which outlive the container where they lie in the shared
/// cache.
[[nodiscard]] std::string remove_build_environment();

/// The config settings as the JSON object that back ends get: a string, or a list for a repeated name.
[[nodiscard]] std::string config_settings_json(const std::vector<matrix::ConfigSetting>& settings);

/// Variables by which build systems learn how many jobs they may run.
[[nodiscard]] engine::Environment job_environment(int jobs);

/// What cells that may share an abi3 wheel have in common: everything but their Python.
[[nodiscard]] std::string family(const matrix::Cell& cell);

} // namespace wheelforge::pipeline
