// Calls the engine's program.
#include "orchestrator/engine/engine_call.hpp"

namespace wheelforge::engine {

Result<host::ProcessResult> call_engine(host::ProcessRunner& runner, const Arguments& arguments, std::string_view what,
                                        const CallOptions& options) {
  host::Command command;
  command.argv = arguments;
  command.input = options.input;
  command.capture_bytes = options.capture_bytes;
  command.grace = std::chrono::milliseconds(1'000); // the client has nothing to save
  if (options.timeout.count() > 0) {
    command.timeout = options.timeout;
  }
  auto run = runner.run(command, options.sink, options.stop);
  if (!run) {
    Error error = with_context(std::move(run).error(), what);
    if (error.kind == ErrorKind::not_found && std::holds_alternative<host::NoInput>(options.input)) {
      error.kind = ErrorKind::engine_unavailable;
    }
    return tl::unexpected(std::move(error));
  }
  if (run->cancelled) {
    return fail(ErrorKind::cancelled, "{}: cancelled", what);
  }
  if (run->timed_out) {
    return tl::unexpected(
        fault_error(Fault::engine_lost, what, fmt::format("no answer within {} s", options.timeout.count() / 1000)));
  }
  if (run->exit_code != 0) {
    return tl::unexpected(call_error(*run, what));
  }
  return run;
}

Error call_error(const host::ProcessResult& result, std::string_view what) {
  constexpr std::size_t kShownBytes = 2000; // docker cp may have put a part of a tar on stdout: only stderr is quoted
  std::string_view words = result.err;
  words.remove_prefix(words.size() - std::min(words.size(), kShownBytes));
  Fault fault = classify(words);
  if (words.empty() && result.exit_code == 125) {
    fault = Fault::engine_lost;
  }
  const std::string said = words.empty() ? fmt::format("exit code {}", result.exit_code) : std::string(words);
  return fault_error(fault, what, said);
}

std::string trimmed(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) {
    text.pop_back();
  }
  return text;
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (end > 0) {
      lines.emplace_back(text.substr(0, end));
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

} // namespace wheelforge::engine
