// The door to other programs: run one, feed it, hear it, and end it in time.
#pragma once

#include "orchestrator/base/error.hpp"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace wheelforge::host {

/// Environment variables by name.
using Environment = std::map<std::string, std::string>;

/// Which of a child's two output streams.
enum class Stream { out, err };

/// Receives a child's output piece by piece, in the order in which it arrives, from the thread that called run().
/// Bytes are passed as they are: a piece may end in the middle of a line or of a character. May be empty.
using OutputSink = std::function<void(Stream, std::string_view)>;

/// Fills the buffer and returns how many bytes it wrote; 0 is the end. Called from the thread that called run().
using ByteProducer = std::function<Result<std::size_t>(std::span<char>)>;

struct NoInput {};        ///< stdin is /dev/null
struct InheritedInput {}; ///< stdin is ours
struct TextInput {
  std::string bytes;
}; ///< stdin is these bytes
struct FileInput {
  std::filesystem::path path;
}; ///< stdin is this file
struct ProducedInput {
  ByteProducer producer;
}; ///< stdin is what the producer yields; a child may stop reading early
using Input = std::variant<NoInput, InheritedInput, TextInput, FileInput, ProducedInput>;

/// A program to be run.
struct Command {
  std::vector<std::string> argv;  ///< argv[0] is a path, or a name looked up in PATH
  Environment environment;        ///< added to ours (or the whole, with clear_environment)
  std::vector<std::string> unset; ///< variables of ours that the child does not get
  bool clear_environment = false; ///< start from nothing instead of from our environment
  std::filesystem::path folder;   ///< working directory; empty = ours
  Input input = NoInput{};
  std::optional<std::chrono::milliseconds> timeout; ///< then it is ended as if cancelled
  std::chrono::milliseconds grace{5'000};           ///< from SIGTERM to SIGKILL
  std::size_t capture_bytes = 1U << 20U;            ///< how many last bytes of each stream the result keeps
};

/// How a program ended, and the end of what it said.
struct ProcessResult {
  int exit_code = 0;          ///< as a shell counts: 128 + signal when a signal ended it
  std::optional<int> signal;  ///< the signal that ended it
  bool timed_out = false;     ///< ended by us at its time limit
  bool cancelled = false;     ///< ended by us at the caller's request
  std::string out;            ///< the last capture_bytes of stdout
  std::string err;            ///< the last capture_bytes of stderr
  bool out_truncated = false; ///< stdout was longer than `out`
  std::chrono::milliseconds duration{0};

  /// Ended by itself with exit code 0.
  [[nodiscard]] bool ok() const { return exit_code == 0 && !timed_out && !cancelled; }
};

/// Runs programs. All functions may be called from several threads at once.
class ProcessRunner {
public:
  virtual ~ProcessRunner() = default;

  /// Runs the command to its end and returns how it ended; a non-zero exit is a result, not an error.
  /// The child gets a process group of its own, so that a terminal's Ctrl-C reaches only us. At the time limit, or when
  /// `stop` is requested, its group gets SIGTERM, and after the grace SIGKILL; the result then says so.
  /// Once the child itself has ended, output that a left-behind grandchild holds open is waited for only briefly.
  /// Fails with not_found when the program does not exist, usage when it may not be executed or the folder is missing,
  /// and with the producer's error when the producer fails (the child is ended first).
  [[nodiscard]] virtual Result<ProcessResult> run(const Command& command, const OutputSink& sink = {},
                                                  std::stop_token stop = {}) = 0;

  /// Runs the command on our own terminal, stdin, stdout and stderr inherited, in the foreground; for a shell that a
  /// person uses. Returns how it ended; `out` and `err` are empty.
  [[nodiscard]] virtual Result<ProcessResult> run_interactive(const Command& command) = 0;
};

/// The real one.
[[nodiscard]] std::unique_ptr<ProcessRunner> make_process_runner();

/// The result if the program ended with exit code 0; else an Error that shows the command, how it ended and the last
/// lines it wrote (kind cancelled when it was cancelled, else `kind`).
[[nodiscard]] Result<ProcessResult> require_success(const Command& command, Result<ProcessResult> result,
                                                    ErrorKind kind = ErrorKind::failed);

/// The command as a person would type it: words quoted for a POSIX shell where they need it.
[[nodiscard]] std::string shell_text(std::span<const std::string> argv);

} // namespace wheelforge::host
