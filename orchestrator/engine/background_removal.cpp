// One thread, one call of the engine for all that wait.
#include "orchestrator/engine/background_removal.hpp"

#include <utility>

namespace wheelforge::engine {

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
  changed_.wait(lock, [this] { return waiting_.empty() && !is_removing_; });
}

void BackgroundRemoval::work(std::stop_token stop) {
  std::unique_lock lock(mutex_);
  while (changed_.wait(lock, stop, [this] { return !waiting_.empty(); })) {
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
