// One thread, one call of the engine for all that wait.
#include "orchestrator/engine/background_removal.hpp"

#include <chrono>
#include <utility>

namespace wheelforge::engine {
namespace {

/// A cell gives up its containers within moments of each other: one start of the engine's client does for all.
constexpr std::chrono::milliseconds kGathering{40};

} // namespace

BackgroundRemoval::BackgroundRemoval(ContainerEngine& engine)
    : engine_(engine), thread_([this](std::stop_token stop) { work(std::move(stop)); }) {}

BackgroundRemoval::~BackgroundRemoval() { wait(); }

void BackgroundRemoval::take(Container container) {
  std::string id = container.release();
  if (id.empty()) {
    return;
  }
  {
    const std::scoped_lock lock(mutex_);
    waiting_.push_back(std::move(id));
  }
  changed_.notify_all();
}

void BackgroundRemoval::wait() {
  std::unique_lock lock(mutex_);
  ++awaiting_;
  changed_.notify_all();
  changed_.wait(lock, [this] { return waiting_.empty() && !is_removing_; });
  --awaiting_;
}

void BackgroundRemoval::work(std::stop_token stop) {
  std::unique_lock lock(mutex_);
  while (changed_.wait(lock, stop, [this] { return !waiting_.empty(); })) {
    changed_.wait_for(lock, stop, kGathering, [this] { return awaiting_ > 0; });
    const std::vector<std::string> ids = std::exchange(waiting_, {});
    is_removing_ = true;
    lock.unlock();
    (void)engine_.remove_containers(ids);
    lock.lock();
    is_removing_ = false;
    changed_.notify_all();
  }
}

} // namespace wheelforge::engine
