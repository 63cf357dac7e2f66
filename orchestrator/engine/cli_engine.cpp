// Drives docker or podman by their command lines: the life of a container, commands and files in it.
#include "orchestrator/engine/cli_engine.hpp"

#include <algorithm>

namespace wheelforge::engine {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kNoLimit{0};
constexpr std::string_view kExec = "exec in a container";
/// How long, and how often, a container is looked at that seems to end.
constexpr milliseconds kEndingPause{100};
constexpr int kEndingRounds = 10;

} // namespace

Result<std::string> CliEngine::run_container(const ContainerSpec& spec, std::stop_token stop) {
  // Not cut short by a stop: a client that is killed here leaves the daemon to make the container behind our back.
  auto result = call(run_arguments(info_, spec), "starting a container from " + spec.image);
  const bool name_is_anothers = !result && classify(result.error().message) == Fault::name_taken;
  if ((!result || stop.stop_requested()) && !spec.name.empty() && !name_is_anothers) {
    (void)remove_containers({spec.name}); // the failure that matters is the first
  }
  if (!result) {
    return tl::unexpected(std::move(result).error());
  }
  if (stop.stop_requested()) {
    return fail(ErrorKind::cancelled, "starting a container from {}: cancelled", spec.image);
  }
  const std::vector<std::string> lines = lines_of(result->out);
  if (lines.empty()) {
    return fail(ErrorKind::invalid_data, "starting a container from {}: {} printed no id", spec.image, info_.program);
  }
  const auto names_network = [](const std::string& argument) { return argument.starts_with("--net"); };
  if (info_.kind == EngineInfo::Kind::docker && spec.network == Network::on &&
      std::none_of(spec.extra_arguments.begin(), spec.extra_arguments.end(), names_network)) {
    remember(lines.back(), [](Remembered& known) { known.has_usual_network = true; }); // spares a look at it later
  }
  return lines.back();
}

Result<void> CliEngine::remove_containers(const std::vector<std::string>& containers) {
  if (containers.empty()) {
    return {};
  }
  auto result = call(remove_containers_arguments(info_, containers), "removing containers");
  {
    const std::scoped_lock lock(mutex_);
    for (const std::string& container : containers) {
      containers_.erase(container);
    }
  }
  if (!result && classify(result.error().message) != Fault::container_gone) {
    return tl::unexpected(std::move(result).error());
  }
  return {};
}

Result<InspectedContainer> CliEngine::inspect(const std::string& container) {
  WF_TRY(const auto result, call(inspect_containers_arguments(info_, {container}), "looking at a container"));
  WF_TRY(auto inspected, parse_containers(result.out));
  if (inspected.empty()) {
    return tl::unexpected(fault_error(Fault::container_gone, "looking at a container", "no such container"));
  }
  return std::move(inspected.front());
}

Result<ContainerState> CliEngine::inspect_container(const std::string& container) {
  WF_TRY(auto inspected, inspect(container));
  return std::move(inspected.state);
}

Result<std::vector<ContainerState>> CliEngine::list_containers(const std::string& label) {
  WF_TRY(const auto listed, call(list_containers_arguments(info_, label), "listing containers"));
  const std::vector<std::string> ids = lines_of(listed.out);
  std::vector<ContainerState> states;
  if (ids.empty()) {
    return states;
  }
  // A container that goes away between the two calls makes the second fail, though it prints the others: read those.
  std::string out;
  CallOptions options;
  options.sink = [&out](host::Stream stream, std::string_view bytes) {
    if (stream == host::Stream::out) {
      out += bytes;
    }
  };
  const auto called = call(inspect_containers_arguments(info_, ids), "looking at containers", options);
  if (!called && classify(called.error().message) != Fault::container_gone) {
    return tl::unexpected(called.error());
  }
  WF_TRY(auto inspected, parse_containers(out));
  for (InspectedContainer& each : inspected) {
    states.push_back(std::move(each.state));
  }
  return states;
}

Result<ExecResult> CliEngine::exec(const std::string& container, const ExecSpec& spec, const host::OutputSink& sink,
                                   std::stop_token stop) {
  ExecSpec effective = spec;
  if (remembered(container).isolates_exec) {
    const Arguments isolation = no_network_prefix();
    effective.argv.insert(effective.argv.begin(), isolation.begin(), isolation.end());
  }
  host::Command command;
  command.argv = exec_arguments(info_, container, effective);
  command.input = spec.input;
  command.timeout = spec.timeout;
  command.capture_bytes = spec.capture_bytes;
  command.grace = milliseconds(500); // of the client, which has nothing to save
  const auto kills_before = local_kills(container);
  WF_TRY_CONTEXT(host::ProcessResult run, runner_.run(command, sink, std::move(stop)), kExec);

  ExecResult result{ExecEnd::exited, run.exit_code, std::move(run.out), std::move(run.err), run.duration};
  if (run.cancelled) {
    result.end = ExecEnd::cancelled;
  } else if (run.timed_out) {
    kill_all_inside(container); // the end of the client leaves its command running
    result.end = ExecEnd::timed_out;
  } else if (result.exit_code != 0) {
    return judge_failed_exec(container, std::move(result), kills_before);
  }
  return result;
}

/// A command's own failure, want of memory, or an engine or container that went away: the exit code cannot tell.
Result<ExecResult> CliEngine::judge_failed_exec(const std::string& container, ExecResult result,
                                                std::optional<std::uint64_t> kills_before) {
  const std::vector<std::string> said = lines_of(result.err);
  if (!said.empty() && classify(said.back()) == Fault::engine_lost) {
    return tl::unexpected(fault_error(Fault::engine_lost, kExec, said.back()));
  }
  WF_TRY_CONTEXT(const InspectedContainer inspected, inspect_after_failure(container), kExec);
  const ContainerState& state = inspected.state;
  if (!state.running && !state.oom_killed) {
    const std::string words = last_words_of(container);
    const Fault told = classify(words);
    return tl::unexpected(fault_error(told == Fault::other ? Fault::container_stopped : told, kExec,
                                      fmt::format("it stopped with exit code {}\n{}", state.exit_code, words)));
  }
  const auto use = state.running ? memory_use(container) : Result<MemoryUse>(MemoryUse{});
  if (!state.running || (use && use->kills.value_or(0) > kills_before.value_or(0))) {
    result.end = ExecEnd::out_of_memory;
  }
  return result;
}

/// Commands die a moment before the engine notices that their container did: where its first process is on its way out,
/// the answer is awaited.
Result<InspectedContainer> CliEngine::inspect_after_failure(const std::string& container) {
  for (int round = 0;; ++round) {
    WF_TRY(InspectedContainer inspected, inspect(container));
    if (!inspected.state.running || !is_ending(inspected.state) || round == kEndingRounds) {
      return inspected;
    }
    (void)clock_.wait(kEndingPause, {});
  }
}

bool CliEngine::is_ending(const ContainerState& state) {
  constexpr std::uint64_t kExiting = 4; // PF_EXITING in Linux' sched.h
  if (info_.remote || state.pid <= 0) {
    return false;
  }
  const auto stat = files_->read("/proc/" + std::to_string(state.pid) + "/stat");
  const auto flags = stat ? host::process_flags(*stat) : std::nullopt;
  return !flags || (*flags & kExiting) != 0;
}

Result<int> CliEngine::exec_interactive(const std::string& container, const ExecSpec& spec) {
  host::Command command;
  command.argv = exec_interactive_arguments(info_, container, spec);
  WF_TRY(const host::ProcessResult result, runner_.run_interactive(command));
  return result.exit_code;
}

void CliEngine::kill_all_inside(const std::string& container) {
  ExecSpec kill_all;
  kill_all.argv = {"sh", "-c", "kill -KILL -1"}; // kill(2): everything but process 1 and the caller
  (void)call(exec_arguments(info_, container, kill_all), "killing what runs in a container", {milliseconds(20'000)});
}

std::string CliEngine::last_words_of(const std::string& container) {
  const auto logs = call(logs_arguments(info_, container), "reading a container's log");
  return logs ? trimmed(logs->err.empty() ? logs->out : logs->err) : std::string();
}

Result<void> CliEngine::copy_in(const std::string& container, const std::string& folder, host::ByteProducer tar,
                                std::stop_token stop) {
  auto copied = call_quietly(copy_in_arguments(info_, container, folder), "copying into a container",
                             {kNoLimit, std::move(stop), host::ProducedInput{std::move(tar)}});
  if (!copied && copied.error().kind == ErrorKind::failed) {
    // docker says of a container that is gone that the destination must be a directory.
    if (const auto there = inspect(container); !there && there.error().kind == ErrorKind::temporary) {
      return tl::unexpected(there.error());
    }
  }
  return copied;
}

Result<void> CliEngine::copy_out(const std::string& container, const std::string& path, const ByteConsumer& tar,
                                 std::stop_token stop) {
  std::stop_source enough; // the caller's stop, or the consumer's refusal
  const std::stop_callback pass_on(stop, [&enough] { enough.request_stop(); });
  std::optional<Error> refusal;
  CallOptions options{kNoLimit, enough.get_token()};
  options.capture_bytes = 64U << 10U;
  options.sink = [&](host::Stream stream, std::string_view bytes) {
    if (stream != host::Stream::out || refusal) {
      return;
    }
    if (auto taken = tar(bytes); !taken) {
      refusal = std::move(taken).error();
      enough.request_stop();
    }
  };
  auto result =
      call_quietly(copy_out_arguments(info_, container, path), "copying " + path + " out of a container", options);
  if (refusal) {
    return tl::unexpected(*std::move(refusal));
  }
  return result;
}

} // namespace wheelforge::engine
