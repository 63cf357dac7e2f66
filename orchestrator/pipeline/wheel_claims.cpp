// The registry behind "never one wheel overwriting the other".
#include "orchestrator/pipeline/wheel_claims.hpp"

#include <utility>

namespace wheelforge::pipeline {

Result<void> WheelClaims::claim(const std::string& wheel, const std::string& cell) {
  const std::scoped_lock lock(mutex_);
  const auto [owner, is_new] = owner_of_.emplace(wheel, cell);
  if (!is_new && owner->second != cell) {
    return with_hint(fail("{} and {} both made a wheel of the name {}", owner->second, cell, wheel),
                     "leave one of the cells out, or make their names differ; the first one's wheel was kept");
  }
  return {};
}

void WheelClaims::offer(const std::string& family, Shared shared) {
  const std::scoped_lock lock(mutex_);
  const auto [known, is_new] = shared_.emplace(family, shared);
  if (!is_new && known->second.cell == shared.cell) { // a retry of the cell, which brings a new wheel
    known->second = std::move(shared);
  }
}

void WheelClaims::refuse(const std::string& cell, const std::string& step, const std::string& why) {
  const std::scoped_lock lock(mutex_);
  for (auto& [family, shared] : shared_) {
    if (shared.cell == cell && shared.failed_step.empty()) {
      shared.failed_step = step;
      shared.failure = why;
    }
  }
}

std::optional<WheelClaims::Shared> WheelClaims::shared_wheel(const std::string& family, int minor) const {
  const std::scoped_lock lock(mutex_);
  const auto shared = shared_.find(family);
  if (shared == shared_.end() || minor < shared->second.minor) {
    return std::nullopt;
  }
  return shared->second;
}

} // namespace wheelforge::pipeline
