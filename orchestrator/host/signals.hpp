// Ctrl-C and SIGTERM as a stop_token: the first asks for an orderly end, the second ends at once.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>

namespace wheelforge::host {

/// While it lives, SIGINT, SIGTERM and SIGHUP request a stop instead of killing the process, and SIGPIPE is ignored.
/// A second signal calls `last_words` (on a thread of its own) and ends the process with 128 + signal. Make it before
/// any other thread, and only one at a time.
class SignalWatch {
public:
  explicit SignalWatch(std::function<void()> last_words = {});
  ~SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

  /// Stops when the first signal arrives.
  [[nodiscard]] std::stop_token token() const;
  /// The first signal that arrived; 0 before.
  [[nodiscard]] int received() const;
  /// What the second signal calls from now on.
  void set_last_words(std::function<void()> last_words);

private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace wheelforge::host
