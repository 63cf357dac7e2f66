// Keeps what several threads hold in memory together below a bound.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace wheelforge::audit {

/// Counts the bytes that threads hold. A thread waits only while it holds nothing, and one alone gets what it wants, so
/// none waits for ever.
class MemoryGate {
public:
  /// True when a thread that holds `held` may hold `wanted`; it is counted then.
  [[nodiscard]] bool grow(std::uint64_t held, std::uint64_t wanted, std::uint64_t bound);
  /// Waits until `wanted` bytes fit; for a thread that holds nothing.
  void wait_for(std::uint64_t wanted, std::uint64_t bound);
  void give_back(std::uint64_t held);
  /// True while some thread waits: who can give something back should.
  [[nodiscard]] bool is_waited_for();

private:
  std::uint64_t used_ = 0;
  unsigned waiting_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
};

} // namespace wheelforge::audit
