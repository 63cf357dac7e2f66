// Renders docker's and podman's command lines. Where the two differ, the reason stands beside it.
#include "orchestrator/engine/arguments.hpp"

namespace wheelforge::engine {
namespace {

void append(Arguments& arguments, std::initializer_list<std::string> more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
}

void append(Arguments& arguments, const std::vector<std::string>& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
}

void append_pairs(Arguments& arguments, const std::string& option, const std::map<std::string, std::string>& pairs) {
  for (const auto& [name, value] : pairs) {
    append(arguments, {option, name + "=" + value});
  }
}

/// One field of --mount, which both engines read as a line of CSV.
std::string mount_field(const std::string& name, const std::string& value) {
  std::string field = name + "=" + value;
  if (field.find_first_of(",\"") == std::string::npos) {
    return field;
  }
  std::string quoted = "\"";
  for (const char letter : field) {
    quoted += letter;
    if (letter == '"') {
      quoted += '"';
    }
  }
  return quoted + '"';
}

void append_mount(Arguments& arguments, const Mount& mount) {
  if (mount.kind == Mount::Kind::tmpfs) {
    // exec, unlike the engines' default: builds run what they compile in /tmp.
    std::string options = mount.target + ":exec";
    if (mount.size_bytes) {
      options += ",size=" + std::to_string(*mount.size_bytes);
    }
    append(arguments, {"--tmpfs", options});
    return;
  }
  std::string text = mount.kind == Mount::Kind::bind ? "type=bind" : "type=volume";
  if (!mount.source.empty()) {
    text += "," + mount_field("source", mount.source);
  }
  text += "," + mount_field("target", mount.target);
  if (mount.access == Mount::Access::read_only) {
    text += ",readonly";
  }
  append(arguments, {"--mount", text});
}

void append_limits(Arguments& arguments, const Limits& limits) {
  if (limits.memory_bytes) {
    const std::string bytes = std::to_string(*limits.memory_bytes);
    append(arguments, {"--memory", bytes, "--memory-swap", bytes});
  }
  if (limits.cpus) {
    append(arguments, {"--cpus", fmt::format("{:g}", *limits.cpus)});
  }
  if (limits.processes) {
    append(arguments, {"--pids-limit", std::to_string(*limits.processes)});
  }
  if (limits.shared_memory_bytes) {
    append(arguments, {"--shm-size", std::to_string(*limits.shared_memory_bytes)});
  }
}

/// With bind mounts on a machine that enforces SELinux the container's label is lifted: relabelling the host's files
/// (the other way) would change files that are not ours.
bool needs_label_lift(const EngineInfo& which, const ContainerSpec& spec) {
  bool has_bind = false;
  for (const Mount& mount : spec.mounts) {
    has_bind = has_bind || mount.kind == Mount::Kind::bind;
  }
  return which.selinux && has_bind;
}

void append_entrypoint(Arguments& arguments, Arguments& command, const ContainerSpec& spec) {
  if (!spec.entrypoint) {
    return;
  }
  if (spec.entrypoint->empty()) {
    append(arguments, {"--entrypoint", ""});
    return;
  }
  append(arguments,
         {"--entrypoint", spec.entrypoint->front()}); // docker takes one word; the rest goes before the command
  command.insert(command.begin(), spec.entrypoint->begin() + 1, spec.entrypoint->end());
}

Arguments exec_with(const EngineInfo& which, const std::string& container, const ExecSpec& spec,
                    std::initializer_list<std::string> options) {
  Arguments arguments{which.program, "exec"};
  append(arguments, options);
  append_pairs(arguments, "--env", spec.environment);
  if (!spec.folder.empty()) {
    append(arguments, {"--workdir", spec.folder});
  }
  if (!spec.user.empty()) {
    append(arguments, {"--user", spec.user});
  }
  append(arguments, {container});
  append(arguments, spec.argv);
  return arguments;
}

Arguments with_label_filter(Arguments arguments, const std::string& label) {
  append(arguments, {"--filter", "label=" + label});
  return arguments;
}

/// A Dockerfile instruction's value in double quotes. Docker expands variables and reads escapes in them; podman takes
/// what stands there.
std::string quoted(const EngineInfo& which, const std::string& value) {
  std::string text = "\"";
  for (const char letter : value) {
    if (which.kind == EngineInfo::Kind::docker && (letter == '"' || letter == '\\' || letter == '$')) {
      text += '\\';
    }
    text += letter;
  }
  return text + '"';
}

} // namespace

Arguments idle_command() {
  return {"sh", "-c", R"(trap "exit 143" TERM INT; while :; do sleep 86400 & wait $!; done)"};
}

Arguments no_network_prefix() {
  return {"unshare", "-rn", "sh", "-c", "ip link set lo up 2>/dev/null; exec \"$@\"", "sh"};
}

Arguments run_arguments(const EngineInfo& which, const ContainerSpec& spec) {
  Arguments arguments{which.program, "run", "--detach", "--pull", "never"};
  if (!spec.name.empty()) {
    append(arguments, {"--name", spec.name});
  }
  if (!spec.platform.empty()) {
    append(arguments, {"--platform", spec.platform});
  }
  append_pairs(arguments, "--label", spec.labels);
  append_pairs(arguments, "--env", spec.environment);
  for (const Mount& mount : spec.mounts) {
    append_mount(arguments, mount);
  }
  if (spec.network == Network::off) {
    append(arguments, {"--network", "none"});
  }
  append_limits(arguments, spec.limits);
  if (!spec.folder.empty()) {
    append(arguments, {"--workdir", spec.folder});
  }
  if (!spec.user.empty()) {
    append(arguments, {"--user", spec.user});
  }
  if (spec.init) {
    append(arguments, {"--init"});
  }
  if (spec.no_new_privileges) {
    append(arguments, {"--security-opt", "no-new-privileges"});
  }
  if (needs_label_lift(which, spec)) {
    append(arguments, {"--security-opt", "label=disable"});
  }
  Arguments command = spec.command.empty() ? idle_command() : spec.command;
  append_entrypoint(arguments, command, spec);
  append(arguments, spec.extra_arguments);
  append(arguments, {spec.image});
  append(arguments, command);
  return arguments;
}

Arguments exec_arguments(const EngineInfo& which, const std::string& container, const ExecSpec& spec) {
  return std::holds_alternative<host::NoInput>(spec.input) ? exec_with(which, container, spec, {})
                                                           : exec_with(which, container, spec, {"--interactive"});
}

Arguments exec_interactive_arguments(const EngineInfo& which, const std::string& container, const ExecSpec& spec) {
  return exec_with(which, container, spec, {"--interactive", "--tty"});
}

Arguments copy_in_arguments(const EngineInfo& which, const std::string& container, const std::string& folder) {
  return {which.program, "cp", "-", container + ":" + folder};
}

Arguments copy_out_arguments(const EngineInfo& which, const std::string& container, const std::string& path) {
  return {which.program, "cp", container + ":" + path, "-"};
}

Arguments remove_containers_arguments(const EngineInfo& which, const std::vector<std::string>& containers) {
  Arguments arguments{which.program, "rm", "--force", "--volumes"};
  if (which.kind == EngineInfo::Kind::podman) {
    append(arguments, {"--time", "0"}); // podman would wait ten seconds between SIGTERM and SIGKILL
  }
  append(arguments, containers);
  return arguments;
}

Arguments inspect_containers_arguments(const EngineInfo& which, const std::vector<std::string>& containers) {
  Arguments arguments{which.program, "container", "inspect"};
  append(arguments, containers);
  return arguments;
}

Arguments list_containers_arguments(const EngineInfo& which, const std::string& label) {
  return with_label_filter({which.program, "ps", "--all", "--quiet", "--no-trunc"}, label);
}

Arguments network_arguments(const EngineInfo& which, Network network, const std::string& name,
                            const std::string& container) {
  return {which.program, "network", network == Network::on ? "connect" : "disconnect", name, container};
}

Arguments logs_arguments(const EngineInfo& which, const std::string& container) {
  return {which.program, "logs", "--tail", "5", container};
}

Arguments pull_arguments(const EngineInfo& which, const std::string& image, const std::string& platform) {
  Arguments arguments{which.program, "pull"};
  if (!platform.empty()) {
    append(arguments, {"--platform", platform});
  }
  append(arguments, {image});
  return arguments;
}

Arguments inspect_image_arguments(const EngineInfo& which, const std::string& image) {
  return {which.program, "image", "inspect", image};
}

Arguments save_arguments(const EngineInfo& which, const std::vector<std::string>& images, const std::string& file) {
  Arguments arguments{which.program, "save", "--output", file};
  if (which.kind == EngineInfo::Kind::podman && images.size() > 1) {
    append(arguments, {"--multi-image-archive"});
  }
  append(arguments, images);
  return arguments;
}

Arguments load_arguments(const EngineInfo& which, const std::string& file) {
  return {which.program, "load", "--input", file};
}

Arguments import_arguments(const EngineInfo& which, const std::string& file, const std::string& name,
                           const std::vector<std::string>& changes) {
  Arguments arguments{which.program, "import"};
  if (which.kind == EngineInfo::Kind::podman) {
    append(arguments, {"--quiet"});
  }
  for (const std::string& change : changes) {
    append(arguments, {"--change", change});
  }
  append(arguments, {file, name});
  return arguments;
}

Arguments commit_arguments(const EngineInfo& which, const std::string& container, const std::string& name,
                           const Labels& labels) {
  Arguments arguments{which.program, "commit"};
  if (which.kind == EngineInfo::Kind::podman) {
    append(arguments, {"--quiet"});
  }
  for (const auto& [label, value] : labels) {
    append(arguments, {"--change", "LABEL " + label + "=" + quoted(which, value)});
  }
  append(arguments, {container, name});
  return arguments;
}

Arguments create_volume_arguments(const EngineInfo& which, const std::string& name, const Labels& labels) {
  Arguments arguments{which.program, "volume", "create"};
  append_pairs(arguments, "--label", labels);
  append(arguments, {name});
  return arguments;
}

Arguments list_volumes_arguments(const EngineInfo& which, const std::string& label) {
  return with_label_filter({which.program, "volume", "ls", "--quiet"}, label);
}

} // namespace wheelforge::engine
