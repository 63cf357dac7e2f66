// The door to time: what the clocks say, and waiting that can be cut short.
#pragma once

#include <chrono>
#include <memory>
#include <stop_token>

namespace wheelforge::host {

/// Time as the program sees it. All functions may be called from several threads at once.
class Clock {
public:
  using Wall = std::chrono::system_clock::time_point;
  using Steady = std::chrono::steady_clock::time_point;

  virtual ~Clock() = default;
  /// The date and time, for records and logs.
  [[nodiscard]] virtual Wall now() const = 0;
  /// A clock that never jumps, for durations.
  [[nodiscard]] virtual Steady steady() const = 0;
  /// Waits this long; returns false when `stop` was requested first.
  [[nodiscard]] virtual bool wait(std::chrono::milliseconds duration, std::stop_token stop) = 0;
};

/// The machine's clocks.
[[nodiscard]] std::unique_ptr<Clock> make_clock();

} // namespace wheelforge::host
