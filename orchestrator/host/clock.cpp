// The machine's clocks.
#include "orchestrator/host/clock.hpp"

#include <condition_variable>
#include <mutex>

namespace wheelforge::host {
namespace {

class SystemClock final : public Clock {
public:
  Wall now() const override { return std::chrono::system_clock::now(); }
  Steady steady() const override { return std::chrono::steady_clock::now(); }
  bool wait(std::chrono::milliseconds duration, std::stop_token stop) override {
    std::mutex mutex;
    std::condition_variable_any changed;
    std::unique_lock lock(mutex);
    changed.wait_for(lock, stop, duration, [&] { return stop.stop_requested(); });
    return !stop.stop_requested();
  }
};

} // namespace

std::unique_ptr<Clock> make_clock() { return std::make_unique<SystemClock>(); }

} // namespace wheelforge::host
