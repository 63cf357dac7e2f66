// Finds the container engine of this machine, and says what is wrong where there is none.
#include "orchestrator/engine/cli_engine.hpp"

#include <array>
#include <thread>

#include <sys/utsname.h>
#include <unistd.h>

namespace wheelforge::engine {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kOldestDockerApi = "1.41"; // docker 20.10
constexpr std::string_view kOldestPodman = "3";
constexpr std::string_view kInstallHint =
    "install docker or podman (scripts/quickstart does), or choose one by `[engine] name`";

Result<std::string> ask(host::ProcessRunner& runner, const Arguments& arguments) {
  CallOptions options;
  options.timeout = milliseconds(20'000);
  auto result = call_engine(runner, arguments, arguments.front(), options);
  if (!result) {
    Error error = std::move(result).error();
    if (error.kind != ErrorKind::cancelled) {
      error.kind = ErrorKind::engine_unavailable;
    }
    return tl::unexpected(std::move(error));
  }
  return std::move(result->out);
}

Result<EngineInfo> find_podman(host::ProcessRunner& runner, const std::string& program);

Result<EngineInfo> find_docker(host::ProcessRunner& runner) {
  // Two questions at once: each costs a start of the client.
  Result<std::string> facts = std::string();
  std::thread second([&] { facts = ask(runner, {"docker", "info", "--format", "{{json .}}"}); });
  const Result<std::string> version = ask(runner, {"docker", "version", "--format", "{{json .}}"});
  second.join();
  if (version && is_podman_in_disguise(*version)) {
    return find_podman(runner, "docker");
  }
  if (!version) {
    return tl::unexpected(version.error());
  }
  WF_TRY(const std::string known_facts, std::move(facts));
  utsname own{};
  ::uname(&own);
  WF_TRY(EngineInfo info, parse_docker(*version, known_facts, own.release));
  if (!is_at_least(info.api_version, kOldestDockerApi)) {
    return with_hint(fail(ErrorKind::engine_unavailable, "docker speaks API {}, wanted {} or later (docker 20.10)",
                          info.api_version, kOldestDockerApi),
                     "update docker, both the client and the daemon");
  }
  return info;
}

bool has_catatonit() {
  static constexpr std::array kPlaces = {"/usr/libexec/podman/catatonit", "/usr/bin/catatonit",
                                         "/usr/local/libexec/podman/catatonit"};
  for (const char* place : kPlaces) {
    if (::access(place, X_OK) == 0) {
      return true;
    }
  }
  return false;
}

Result<EngineInfo> find_podman(host::ProcessRunner& runner, const std::string& program) {
  // Not `podman info`, which takes ten times as long: what it would tell can be seen on this machine.
  WF_TRY(const std::string version, ask(runner, {program, "version", "--format", "json"}));
  WF_TRY(EngineInfo info, parse_podman(version));
  if (!is_at_least(info.client_version, kOldestPodman)) {
    return with_hint(
        fail(ErrorKind::engine_unavailable, "podman is {}, wanted {} or later", info.client_version, kOldestPodman),
        "update podman");
  }
  info.program = program;
  info.rootless = ::geteuid() != 0;
  info.cgroup_version = ::access("/sys/fs/cgroup/cgroup.controllers", F_OK) == 0 ? 2 : 1;
  info.selinux = ::access("/sys/fs/selinux/enforce", F_OK) == 0;
  info.has_init = has_catatonit();
  if (const char* home = std::getenv("HOME"); info.rootless && home != nullptr) {
    info.root_folder = std::string(home) + "/.local/share/containers/storage";
  } else {
    info.root_folder = "/var/lib/containers/storage";
  }
  return info;
}

tl::unexpected<Error> no_engine(Error error) {
  if (error.hint.empty() || error.kind != ErrorKind::engine_unavailable) {
    error.hint = kInstallHint;
  }
  error.kind = ErrorKind::engine_unavailable;
  return tl::unexpected(std::move(error));
}

} // namespace

Result<std::unique_ptr<ContainerEngine>> detect_engine(host::ProcessRunner& runner, host::Clock& clock,
                                                       EngineChoice choice, EngineSite site) {
  Result<EngineInfo> info = choice == EngineChoice::podman ? find_podman(runner, "podman") : find_docker(runner);
  if (!info && choice == EngineChoice::automatic) {
    const Error docker = std::move(info).error();
    info = find_podman(runner, "podman");
    if (!info) {
      const Error podman = std::move(info).error();
      return no_engine(Error{fmt::format("no container engine answers: {}; {}", docker.message, podman.message),
                             ErrorKind::engine_unavailable, docker.hint});
    }
  }
  if (!info) {
    return no_engine(std::move(info).error());
  }
  info->remote = info->remote || site == EngineSite::elsewhere;
  return std::make_unique<CliEngine>(*std::move(info), runner, clock, host::make_file_system());
}

std::string_view to_string(EngineInfo::Kind kind) { return kind == EngineInfo::Kind::docker ? "docker" : "podman"; }

std::vector<std::string> exec_prefix(const ImageInfo& image) {
  const bool is_32_bit = image.architecture == "386" || image.architecture == "arm";
  if (!is_32_bit) {
    return {};
  }
  if (!image.entrypoint.empty()) {
    return image.entrypoint;
  }
  return {"sh", "-c", "! command -v linux32 >/dev/null || exec linux32 \"$@\"; exec \"$@\"", "sh"};
}

} // namespace wheelforge::engine
