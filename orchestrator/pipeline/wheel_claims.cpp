// The registry behind "never one wheel overwriting the other".
#include "orchestrator/pipeline/wheel_claims.hpp"

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
  shared_.emplace(family, std::move(shared));
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
