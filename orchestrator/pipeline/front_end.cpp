// Command lines for build and pip; all pure.
#include "orchestrator/pipeline/front_end.hpp"

#include "orchestrator/matrix/shell_text.hpp"
#include "orchestrator/pipeline/container_layout.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <cstdlib>

namespace wheelforge::pipeline {
namespace {

/// "-vv" for 2, "-q" for -1, nothing for 0.
std::string verbosity_flag(std::int64_t verbosity) {
  if (verbosity == 0) {
    return {};
  }
  return " -" + std::string(static_cast<std::size_t>(std::abs(verbosity)), verbosity > 0 ? 'v' : 'q');
}

} // namespace

bool calls_hooks_directly(const matrix::Frontend& front_end) {
  const bool is_build_uv =
      front_end.name == matrix::FrontendName::automatic || front_end.name == matrix::FrontendName::build_uv;
  return is_build_uv && front_end.args.empty();
}

std::string choose_installer(const matrix::Frontend& front_end) {
  switch (front_end.name) {
  case matrix::FrontendName::automatic:
    return "command -v uv >/dev/null 2>&1 && installer=uv || installer=pip\n";
  case matrix::FrontendName::build_uv:
    return "command -v uv >/dev/null 2>&1 || { echo 'build-frontend is build[uv], but neither the image nor this "
           "machine has uv' >&2; exit 1; }\ninstaller=uv\n";
  case matrix::FrontendName::build:
  case matrix::FrontendName::pip:
    break;
  }
  return "installer=pip\n";
}

std::string front_end_command(const matrix::BuildOptions& build, const std::string& package) {
  const bool is_pip = build.frontend.name == matrix::FrontendName::pip;
  std::string command =
      is_pip ? fmt::format("python -m pip wheel --no-deps --no-build-isolation --wheel-dir {}", kBuilt)
             : fmt::format("python -m build --wheel --no-isolation --skip-dependency-check --outdir {}", kBuilt);
  command += verbosity_flag(build.verbosity);
  for (const matrix::ConfigSetting& setting : build.config_settings) {
    for (const std::string& value : setting.values) {
      command += fmt::format(" {} {}", is_pip ? "--config-settings" : "-C",
                             matrix::quoted(fmt::format("{}={}", setting.name, value)));
    }
  }
  for (const std::string& argument : build.frontend.args) {
    command += " " + matrix::quoted(argument);
  }
  return command + " " + matrix::quoted(package);
}

std::vector<std::string> front_end_requirements(const matrix::Frontend& front_end) {
  return {front_end.name == matrix::FrontendName::pip ? "pip" : "build"};
}

std::string make_folders() { return fmt::format("mkdir -p {} {}\n", kBuilt, kRepaired); }

std::string send_wheels(const char* folder) { return fmt::format("cd {}\ntar -cf - -- *.whl >&3\n", folder); }

std::string remove_build_environment() {
  return fmt::format("[ ! -L {0} ] || rm -rf -- \"$(readlink {0})\" {0}\n", kBuildEnvironment);
}

std::string config_settings_json(const std::vector<matrix::ConfigSetting>& settings) {
  nlohmann::ordered_json object = nlohmann::ordered_json::object();
  for (const matrix::ConfigSetting& setting : settings) {
    if (setting.values.size() == 1) {
      object[setting.name] = setting.values.front();
    } else {
      object[setting.name] = setting.values;
    }
  }
  return object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

engine::Environment job_environment(int jobs) {
  const std::string number = std::to_string(jobs);
  return {{"CARGO_BUILD_JOBS", number},
          {"CMAKE_BUILD_PARALLEL_LEVEL", number},
          {"MAKEFLAGS", "-j" + number},
          {"MAX_JOBS", number}};
}

std::string family(const matrix::Cell& cell) {
  const std::size_t dash = cell.id.text.find('-');
  return cell.id.text.substr(dash + 1);
}

} // namespace wheelforge::pipeline
