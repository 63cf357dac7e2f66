// Keeps what several threads hold in memory together below a bound.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace wheelforge::audit {

/// Counts the bytes that threads hold. A thread waits only while it holds nothing, and one alone gets what it wants, so
/// none waits for ever where all give back what they hold before they wait for anything else.
class MemoryGate {
public:
  /// Raises the bound to what one more wheel needs: `alone` bytes where it is read alone, and `beside` more, which may
  /// be 0, where another wheel with a `beside` came before it. The bound is 0 at first and never goes down.
  void allow(std::uint64_t alone, std::uint64_t beside = 0);
  /// True when a thread that holds `held` may hold `wanted`; it is counted then.
  [[nodiscard]] bool grow(std::uint64_t held, std::uint64_t wanted);
  /// Waits until `wanted` bytes fit; for a thread that holds nothing.
  void wait_for(std::uint64_t wanted);
  void give_back(std::uint64_t held);
  /// True while some thread waits: who can give something back should.
  [[nodiscard]] bool is_waited_for();

private:
  std::uint64_t used_ = 0;
  std::uint64_t bound_ = 0;
  bool has_large_ = false; ///< a wheel with a `beside` came
  unsigned waiting_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
};

} // namespace wheelforge::audit
