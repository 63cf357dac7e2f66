// A clock that moves only when somebody waits or turns it.
#pragma once

#include "orchestrator/host/clock.hpp"

#include <chrono>
#include <mutex>

namespace wheelforge::host {

/// Starts at 2026-01-01T00:00:00Z. wait() returns at once, with the clock turned by its duration.
class FakeClock final : public Clock {
public:
  [[nodiscard]] Wall now() const override {
    const std::lock_guard lock(mutex_);
    return Wall(std::chrono::seconds(1767225600)) + passed_;
  }
  [[nodiscard]] Steady steady() const override {
    const std::lock_guard lock(mutex_);
    return Steady(passed_);
  }
  [[nodiscard]] bool wait(std::chrono::milliseconds duration, std::stop_token stop) override {
    if (stop.stop_requested()) {
      return false;
    }
    turn(duration);
    return true;
  }
  void turn(std::chrono::milliseconds duration) {
    const std::lock_guard lock(mutex_);
    passed_ += duration;
  }

private:
  mutable std::mutex mutex_;
  std::chrono::milliseconds passed_{0};
};

} // namespace wheelforge::host
