// `wheelforge doctor`: what this machine has for building wheels, what it lacks, and what to do about it.
#include "orchestrator/cli/command.hpp"
#include "orchestrator/cli/emulators.hpp"
#include "orchestrator/cli/exit_code.hpp"
#include "orchestrator/engine/container_engine.hpp"
#include "orchestrator/engine/host_trust.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>

namespace wheelforge::cli {
namespace {

/// One line of the report.
struct Check {
  enum class Status { ok, warning, failed };
  std::string name;
  Status status = Status::ok;
  std::string message;
  std::string hint{};
};

std::string_view to_string(Check::Status status) {
  switch (status) {
  case Check::Status::ok:
    return "ok";
  case Check::Status::warning:
    return "warning";
  case Check::Status::failed:
    return "failed";
  }
  return "failed";
}

constexpr std::uint64_t kGibibyte = 1ULL << 30U;
/// An image is about 1 GiB, and a cell's files may be as much.
constexpr std::uint64_t kLittleSpace = 5 * kGibibyte;

/// The doors that the checks look through.
struct Doors {
  std::unique_ptr<host::FileSystem> files = host::make_file_system();
  std::unique_ptr<host::Clock> clock = host::make_clock();
  std::unique_ptr<host::ProcessRunner> runner = host::make_process_runner();
};

Check check_space(const host::FileSystem& files, std::string name, const std::filesystem::path& folder) {
  const auto free = files.free_bytes(folder);
  if (!free) {
    return {std::move(name), Check::Status::warning, free.error().message};
  }
  const std::string message = fmt::format("{:.1f} GiB free at {}",
                                          static_cast<double>(*free) / static_cast<double>(kGibibyte), folder.string());
  if (*free < kLittleSpace) {
    return {std::move(name), Check::Status::warning, message, "a build may need a few GiB: make room"};
  }
  return {std::move(name), Check::Status::ok, message};
}

void check_running_engine(const engine::EngineInfo& info, const host::FileSystem& files, std::vector<Check>& checks) {
  const std::string name(to_string(info.kind));
  checks.push_back({name, Check::Status::ok,
                    fmt::format("{} {} answers (client {}, API {}, {}, cgroup v{}{}{})", name, info.server_version,
                                info.client_version, info.api_version, info.architecture, info.cgroup_version,
                                info.rootless ? ", rootless" : "", info.remote ? ", on another machine" : "")});
  if (info.rootless && info.cgroup_version == 1) {
    checks.push_back({name + " limits", Check::Status::warning,
                      "without root, cgroup v1 gives containers no limits of memory and processors",
                      "use a machine with cgroup v2, or run as root"});
  }
  if (info.remote) {
    checks.push_back(
        {name + " disk", Check::Status::warning, "the engine runs on another machine; its disk is not seen"});
  } else if (!info.root_folder.empty()) {
    checks.push_back(check_space(files, name + " disk", info.root_folder));
  }
}

void check_engines(Doors& doors, std::vector<Check>& checks) {
  bool one_answers = false;
  std::vector<Check> silent;
  for (const auto& [choice, name] :
       {std::pair(engine::EngineChoice::docker, "docker"), std::pair(engine::EngineChoice::podman, "podman")}) {
    const auto found = engine::detect_engine(*doors.runner, *doors.clock, choice);
    if (found) {
      one_answers = true;
      check_running_engine((*found)->info(), *doors.files, checks);
    } else {
      silent.push_back({name, Check::Status::failed, found.error().message, found.error().hint});
    }
  }
  for (Check& check : silent) { // one engine is enough
    check.status = one_answers ? Check::Status::ok : Check::Status::failed;
    check.hint = one_answers ? "" : check.hint;
    check.message += one_answers ? " (not needed)" : "";
    checks.push_back(std::move(check));
  }
}

/// One line for all sound emulators, and one for each that is not as it should be. None of them is a must.
void check_emulators(Doors& doors, std::vector<Check>& checks) {
  std::string sound;
  std::string missing;
  std::string version;
  bool is_old = false;
  std::vector<Check> troubles;
  for (const std::string& architecture : emulated_architectures()) {
    const auto state = inspect_emulator(architecture, *doors.files, *doors.runner);
    const auto verdict = engine::judge(state);
    switch (verdict.trouble) {
    case engine::EmulatorTrouble::not_mounted:
    case engine::EmulatorTrouble::not_registered:
      missing += (missing.empty() ? "" : ", ") + architecture;
      break;
    case engine::EmulatorTrouble::none:
    case engine::EmulatorTrouble::old_version:
      sound += (sound.empty() ? "" : ", ") + architecture;
      version = state.version;
      if (verdict.trouble == engine::EmulatorTrouble::none) {
        break;
      }
      if (!is_old) { // one program, one line
        is_old = true;
        troubles.push_back({"emulator version", Check::Status::warning, verdict.message, verdict.hint});
      }
      break;
    default:
      troubles.push_back({"emulator for " + architecture, Check::Status::warning, verdict.message, verdict.hint});
    }
  }
  Check all{"emulators", Check::Status::ok, sound.empty() ? "none" : "for " + sound};
  if (!version.empty()) {
    all.message += fmt::format(" (QEMU {})", version);
  }
  if (!missing.empty()) {
    all.message += fmt::format("; cells of {} need a machine of theirs, or qemu-user-static", missing);
    all.hint = "wheelforge doctor --fix (as root) installs and registers it";
  }
  checks.push_back(std::move(all));
  checks.insert(checks.end(), troubles.begin(), troubles.end());
}

Check check_trust(const host::FileSystem& files) {
  const auto trust = engine::host_trust("auto", files, host::environment_variable);
  std::string message = trust && !trust->mounts.empty()
                            ? "containers get the certificates of " + trust->mounts[0].source
                            : "no certificate bundle found; containers use their own";
  if (trust && trust->environment.contains("https_proxy")) {
    message += ", and the proxy " + trust->environment.at("https_proxy");
  }
  return {"network", Check::Status::ok, message};
}

nlohmann::json to_json(const std::vector<Check>& checks) {
  nlohmann::json list = nlohmann::json::array();
  for (const Check& check : checks) {
    list.push_back({{"name", check.name}, {"status", to_string(check.status)}, {"message", check.message}});
    if (!check.hint.empty()) {
      list.back()["hint"] = check.hint;
    }
  }
  return {{"schema", 1}, {"checks", list}};
}

void print(const std::vector<Check>& checks) {
  for (const Check& check : checks) {
    fmt::print("{:<8} {}: {}\n", to_string(check.status), check.name, check.message);
    if (!check.hint.empty()) {
      fmt::print("         hint: {}\n", check.hint);
    }
  }
}

/// What doctor was asked for.
struct DoctorOptions {
  bool json = false;
  bool fix = false;
};

/// Mends what can be mended here, and says what was done on stderr.
Result<void> fix(Doors& doors) {
  WF_TRY(const auto done, mend_emulators(emulated_architectures(), *doors.files, *doors.runner));
  for (const std::string& sentence : done) {
    fmt::print(stderr, "fixed: {}\n", sentence);
  }
  if (done.empty()) {
    fmt::print(stderr, "nothing to fix: every emulator is registered\n");
  }
  return {};
}

int run_doctor(const DoctorOptions& options) {
  Doors doors;
  if (options.fix) {
    if (const auto fixed = fix(doors); !fixed) {
      return report_error(fixed.error());
    }
  }
  std::vector<Check> checks;
  check_engines(doors, checks);
  checks.push_back(check_space(*doors.files, "project disk", std::filesystem::current_path()));
  checks.push_back(check_space(*doors.files, "cache disk", host::user_cache_folder()));
  check_emulators(doors, checks);
  checks.push_back(check_trust(*doors.files));
  if (options.json) {
    fmt::print("{}\n", to_json(checks).dump(2));
  } else {
    print(checks);
  }
  const bool failed = std::any_of(checks.begin(), checks.end(),
                                  [](const Check& check) { return check.status == Check::Status::failed; });
  return static_cast<int>(failed ? ExitCode::no_engine : ExitCode::ok);
}

} // namespace

void add_doctor_command(CLI::App& app, Invocation& invocation) {
  auto options = std::make_shared<DoctorOptions>();
  CLI::App* command =
      app.add_subcommand("doctor", "say what this machine has for building, what it lacks, and the cure");
  command->add_flag("--json", options->json, "print the checks as JSON");
  command->add_flag("--fix", options->fix, "first register the emulators of other architectures (as root)");
  command->callback([options, &invocation] { invocation.run = [options] { return run_doctor(*options); }; });
}

} // namespace wheelforge::cli
