// One call of the engine's program: its limits, its end, and its failure as an Error.
#pragma once

#include "orchestrator/engine/arguments.hpp"
#include "orchestrator/engine/fault.hpp"

namespace wheelforge::engine {

/// How a call of the engine's program is made.
struct CallOptions {
  std::chrono::milliseconds timeout{120'000}; ///< an engine that is silent for so long is lost; 0 = no limit
  std::stop_token stop{};
  host::Input input = host::NoInput{};
  host::OutputSink sink{};
  std::size_t capture_bytes = 64U << 20U;
};

/// Runs the program; `what` is said in errors ("removing a container"). Fails when it could not be run, when it was
/// cancelled, when it hung (temporary), and when it ended with another code than 0, by the fault in what it said.
[[nodiscard]] Result<host::ProcessResult> call_engine(host::ProcessRunner& runner, const Arguments& arguments,
                                                      std::string_view what, const CallOptions& options);

/// The fault and the Error of a call that ended with another code than 0.
[[nodiscard]] Error call_error(const host::ProcessResult& result, std::string_view what);

/// The text without white space at its end.
[[nodiscard]] std::string trimmed(std::string text);

/// Its lines, empty ones left out.
[[nodiscard]] std::vector<std::string> lines_of(std::string_view text);

} // namespace wheelforge::engine
