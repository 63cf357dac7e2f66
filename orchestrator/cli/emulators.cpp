// binfmt_misc seen and changed.
#include "orchestrator/cli/emulators.hpp"

#include "orchestrator/engine/inspection.hpp"
#include "orchestrator/host/machine.hpp"
#include "orchestrator/plan/compilers.hpp"

#include <fmt/format.h>

#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>

namespace wheelforge::cli {
namespace {

using tags::Architecture;

std::string kernel_release() {
  utsname own{};
  ::uname(&own);
  return own.release;
}

bool is_mounted(const host::FileSystem& files) {
  return files.exists(std::filesystem::path(engine::kEmulatorRegistry) / "register");
}

/// The version that the emulator says; the file behind links is asked, for a link's name can change what it does.
std::string version_of(const std::string& interpreter, host::ProcessRunner& runner) {
  std::error_code error;
  const auto real = std::filesystem::canonical(interpreter, error);
  if (error) {
    return {};
  }
  host::Command command;
  command.argv = {real.string(), "--version"};
  command.timeout = std::chrono::seconds(10);
  const auto result = runner.run(command);
  return result && result->ok() ? engine::parse_emulator_version(result->out) : std::string();
}

/// The emulator's program on this machine; empty where there is none.
std::string find_interpreter(const engine::BinaryFormat& format, const host::FileSystem& files) {
  for (const char* pattern : {"/usr/bin/qemu-{}-static", "/usr/local/bin/qemu-{}-static", "/usr/libexec/qemu-binfmt/{}",
                              "/usr/bin/qemu-{}"}) {
    std::string path = fmt::format(fmt::runtime(pattern), format.qemu_name);
    if (files.exists(path)) {
      return path;
    }
  }
  return {};
}

Result<void> install_interpreters(host::ProcessRunner& runner, std::vector<std::string>& done) {
  host::Command command;
  command.argv = {"apt-get", "install", "--yes", "--no-install-recommends", "qemu-user-static"};
  command.environment["DEBIAN_FRONTEND"] = "noninteractive";
  const auto installed = host::require_success(command, runner.run(command));
  if (!installed) {
    return with_hint(
        fail("qemu-user-static is not installed, and apt-get does not give it: {}", installed.error().message),
        "install your distribution's package of static QEMU user emulators, then call this again");
  }
  done.emplace_back("installed qemu-user-static");
  return {};
}

/// Writes one line into a file of the kernel's, which takes it as it is or not at all.
Result<void> tell_kernel(const std::filesystem::path& path, const std::string& line) {
  std::ofstream file(path);
  file << line;
  file.close();
  if (file.fail()) {
    return fail("the kernel does not take \"{}\" in {}", line, path.string());
  }
  return {};
}

Result<void> register_emulator(const engine::EmulatorState& state, const host::FileSystem& files,
                               host::ProcessRunner& runner, std::vector<std::string>& done) {
  const auto format = engine::binary_format(state.architecture);
  if (!format) {
    return fail(ErrorKind::usage, "no emulator is known for {}", state.architecture);
  }
  std::string interpreter = find_interpreter(*format, files);
  if (interpreter.empty()) {
    WF_TRY_VOID(install_interpreters(runner, done));
    interpreter = find_interpreter(*format, files);
  }
  const std::filesystem::path folder(engine::kEmulatorRegistry);
  for (const host::FolderEntry& entry : files.list(folder).value_or(std::vector<host::FolderEntry>())) {
    const auto known = engine::parse_emulator(entry.name, files.read(folder / entry.name).value_or(""));
    if (known && known->architecture == state.architecture) {
      if (known->enabled && known->works_in_containers) {
        return {}; // the package's own script has registered it meanwhile
      }
      WF_TRY_VOID(tell_kernel(folder / entry.name, "-1"));
    }
  }
  if (interpreter.empty()) {
    return fail("there is no static QEMU for {} on this machine", state.architecture);
  }
  // Since Linux 5.12 and QEMU 6 the emulator is told whether it got the program's own name.
  const bool keeps_names =
      engine::is_at_least(kernel_release(), "5.12") && engine::is_at_least(version_of(interpreter, runner), "6");
  WF_TRY_VOID(tell_kernel(folder / "register", engine::registration(*format, interpreter, keeps_names)));
  done.push_back(fmt::format("registered {} for {}", interpreter, state.architecture));
  return {};
}

} // namespace

std::vector<std::string> emulated_architectures() {
  constexpr std::array kBuildable = {Architecture::aarch64, Architecture::armv7l,  Architecture::i686,
                                     Architecture::ppc64le, Architecture::riscv64, Architecture::s390x,
                                     Architecture::x86_64};
  const std::string name = host::machine_architecture();
  const auto machine = tags::find_architecture(name == "armv8l" ? "armv7l" : name);
  std::vector<std::string> result;
  for (const Architecture arch : kBuildable) {
    if (!machine || !plan::runs_natively(*machine, arch)) {
      result.emplace_back(tags::to_string(arch));
    }
  }
  return result;
}

engine::EmulatorState inspect_emulator(std::string_view architecture, const host::FileSystem& files,
                                       host::ProcessRunner& runner) {
  engine::EmulatorState state;
  state.architecture = architecture;
  state.kernel = kernel_release();
  state.kernel = state.kernel.substr(0, state.kernel.find_first_not_of("0123456789."));
  state.is_mounted = is_mounted(files);
  for (engine::Emulator& each : engine::list_emulators(files)) {
    const bool is_better = !state.emulator || (each.enabled && each.works_in_containers);
    if (each.architecture == architecture && is_better) {
      state.emulator = std::move(each);
    }
  }
  if (state.emulator) {
    state.interpreter_exists = files.exists(state.emulator->interpreter);
    state.version = version_of(state.emulator->interpreter, runner);
  }
  return state;
}

Result<std::vector<std::string>> mend_emulators(const std::vector<std::string>& architectures,
                                                const host::FileSystem& files, host::ProcessRunner& runner) {
  std::vector<std::string> done;
  std::vector<engine::EmulatorState> broken;
  for (const std::string& architecture : architectures) {
    auto state = inspect_emulator(architecture, files, runner);
    if (!engine::judge(state).is_usable()) {
      broken.push_back(std::move(state));
    }
  }
  if (broken.empty()) {
    return done;
  }
  if (::geteuid() != 0) {
    return with_hint(fail(ErrorKind::usage, "emulators are registered by root only"), "sudo wheelforge doctor --fix");
  }
  if (!is_mounted(files)) {
    host::Command mount;
    mount.argv = {"mount", "-t", "binfmt_misc", "binfmt_misc", std::string(engine::kEmulatorRegistry)};
    WF_TRY_CONTEXT(const auto mounted, host::require_success(mount, runner.run(mount)),
                   "mounting binfmt_misc (a container needs --privileged for that)");
    done.push_back(fmt::format("mounted {}", engine::kEmulatorRegistry));
  }
  for (const engine::EmulatorState& state : broken) {
    const auto now = inspect_emulator(state.architecture, files, runner); // what was registered shows once mounted
    if (engine::judge(now).trouble == engine::EmulatorTrouble::disabled &&
        !files.read(std::filesystem::path(engine::kEmulatorRegistry) / "status").value_or("").starts_with("enabled")) {
      WF_TRY_VOID(tell_kernel(std::filesystem::path(engine::kEmulatorRegistry) / "status", "1"));
      done.emplace_back("switched binfmt_misc on");
    }
    if (!engine::judge(inspect_emulator(state.architecture, files, runner)).is_usable()) {
      WF_TRY_VOID(register_emulator(now, files, runner, done));
    }
  }
  return done;
}

} // namespace wheelforge::cli
