// Starts a child with its pipes; what process_runner.cpp builds on.
#pragma once

#include "orchestrator/host/process_runner.hpp"

#include <utility>

namespace wheelforge::host {

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

/// A running child, for the caller to reap, and our ends of its pipes.
struct LaunchedProcess {
  int pid = -1;
  Descriptor in; ///< none when the child's stdin is no pipe of ours
  Descriptor out;
  Descriptor err;
};

/// Starts the command's program in a process group of its own. Kinds as ProcessRunner::run.
[[nodiscard]] Result<LaunchedProcess> launch(const Command& command);

/// Starts it with our own streams and in our process group, so that it has the terminal.
[[nodiscard]] Result<LaunchedProcess> launch_in_foreground(const Command& command);

} // namespace wheelforge::host
