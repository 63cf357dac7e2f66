// Drives docker or podman by their command lines: a container's network and memory.
#include "orchestrator/engine/cli_engine.hpp"

namespace wheelforge::engine {
namespace {

/// The network of a container for which none is named.
constexpr const char* kDockerNetwork = "bridge";

} // namespace

Result<void> CliEngine::set_network(const std::string& container, Network network, std::stop_token stop) {
  if (network == Network::off) {
    return take_network(container, std::move(stop));
  }
  std::vector<std::string> names;
  bool was_isolated = false;
  remember(container, [&](Remembered& known) {
    names = std::exchange(known.networks, {});
    was_isolated = std::exchange(known.isolates_exec, false);
  });
  if (was_isolated) {
    return {}; // it never lost it
  }
  if (names.empty()) {
    // Started without a network. Docker wants it out of "none" first; podman cannot give such a container one.
    names.emplace_back(info_.kind == EngineInfo::Kind::docker ? kDockerNetwork : "podman");
    if (info_.kind == EngineInfo::Kind::docker) {
      (void)call(network_arguments(info_, Network::off, "none", container), "leaving the network none");
    }
  }
  for (const std::string& name : names) {
    WF_TRY_VOID(call_quietly(network_arguments(info_, Network::on, name, container),
                             "giving a container the network " + name, {.stop = stop}));
  }
  return {};
}

Result<void> CliEngine::take_network(const std::string& container, std::stop_token stop) {
  if (remembered(container).has_usual_network) {
    const std::string name(kDockerNetwork);
    if (call_quietly(network_arguments(info_, Network::off, name, container), "taking a container's network",
                     {.stop = stop})) {
      remember(container, [&name](Remembered& known) { known.networks.push_back(name); });
      return {};
    }
  }
  WF_TRY(const auto inspected, inspect(container));
  if (inspected.network_mode.starts_with("slirp4netns") || inspected.network_mode.starts_with("pasta")) {
    return isolate_exec(container); // rootless podman's own kinds of network, which no container can leave
  }
  for (const std::string& name : inspected.networks) {
    WF_TRY_VOID(call_quietly(network_arguments(info_, Network::off, name, container),
                             "taking a container's network " + name, {.stop = stop}));
    remember(container, [&name](Remembered& known) { known.networks.push_back(name); });
  }
  return {};
}

/// Rootless podman without bridge networks: commands run in a network namespace of their own instead.
Result<void> CliEngine::isolate_exec(const std::string& container) {
  ExecSpec probe;
  probe.argv = no_network_prefix();
  probe.argv.emplace_back("true");
  auto probed = call(exec_arguments(info_, container, probe), "taking a container's network");
  if (!probed) {
    const Error error = std::move(probed).error();
    return tl::unexpected(error.kind == ErrorKind::temporary
                              ? error
                              : Error{error.message, error.kind, std::string(hint_for(Fault::network_fixed))});
  }
  remember(container, [](Remembered& known) { known.isolates_exec = true; });
  return {};
}

std::optional<std::uint64_t> CliEngine::local_kills(const std::string& container) {
  if (info_.remote) {
    return std::nullopt;
  }
  auto group = remembered(container).memory;
  if (!group) {
    group = guess_memory_group(*files_, container);
    if (!group) {
      return std::nullopt;
    }
    remember(container, [&group](Remembered& known) { known.memory = group; });
  }
  return read_memory_use(*files_, *group).kills;
}

Result<MemoryUse> CliEngine::memory_use(const std::string& container) {
  if (!info_.remote) {
    auto group = remembered(container).memory;
    if (!group) {
      WF_TRY(const ContainerState state, inspect_container(container));
      group = find_memory_group(files_->read("/proc/" + std::to_string(state.pid) + "/cgroup").value_or(""),
                                files_->read("/proc/self/mountinfo").value_or(""));
    }
    if (group) {
      remember(container, [&group](Remembered& known) { known.memory = group; });
      return read_memory_use(*files_, *group);
    }
  }
  ExecSpec script;
  script.argv = {"sh", "-c", std::string(memory_script())};
  WF_TRY(const auto result, call(exec_arguments(info_, container, script), "asking for a container's memory"));
  return parse_memory_script(result.out);
}

} // namespace wheelforge::engine
