// Starts a child with its pipes; private to host/, for it includes Boost.
#pragma once

#include "orchestrator/host/process_runner.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/process/v2/process.hpp>

#include <utility>

namespace wheelforge::host {

using ChildProcess = boost::process::v2::basic_process<boost::asio::io_context::executor_type>;

/// A file descriptor that is closed when its owner goes.
class Descriptor {
public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  /// -1 when it holds none.
  [[nodiscard]] int number() const { return number_; }
  /// Gives it up to the caller.
  int release() { return std::exchange(number_, -1); }

private:
  int number_ = -1;
};

/// A running child and our ends of its pipes.
struct LaunchedProcess {
  ChildProcess process;
  Descriptor in; ///< none when the child's stdin is no pipe of ours
  Descriptor out;
  Descriptor err;
};

/// Starts the command's program in a process group of its own. Kinds as ProcessRunner::run.
[[nodiscard]] Result<LaunchedProcess> launch(boost::asio::io_context::executor_type executor, const Command& command);

/// Starts it on our terminal, in our process group, and waits for its end.
[[nodiscard]] Result<ProcessResult> run_in_foreground(const Command& command);

} // namespace wheelforge::host
