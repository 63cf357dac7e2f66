// One counter behind a mutex.
#include "orchestrator/audit/memory_gate.hpp"

#include <algorithm>

namespace wheelforge::audit {

void MemoryGate::allow(std::uint64_t alone, std::uint64_t beside) {
  const std::lock_guard lock(mutex_);
  bound_ = std::max(bound_, has_large_ ? alone + beside : alone);
  has_large_ = has_large_ || beside > 0;
  changed_.notify_all();
}

bool MemoryGate::grow(std::uint64_t held, std::uint64_t wanted) {
  const std::lock_guard lock(mutex_);
  const std::uint64_t others = used_ - held;
  if (others != 0 && others + wanted > bound_) {
    return false;
  }
  used_ = others + wanted;
  return true;
}

void MemoryGate::wait_for(std::uint64_t wanted) {
  std::unique_lock lock(mutex_);
  ++waiting_;
  changed_.wait(lock, [&] { return used_ == 0 || used_ + wanted <= bound_; });
  --waiting_;
  used_ += wanted;
}

void MemoryGate::give_back(std::uint64_t held) {
  const std::lock_guard lock(mutex_);
  used_ -= held;
  changed_.notify_all();
}

bool MemoryGate::is_waited_for() {
  const std::lock_guard lock(mutex_);
  return waiting_ > 0;
}

} // namespace wheelforge::audit
