// Threads that wait for jobs.
#include "orchestrator/schedule/worker_pool.hpp"

#include <utility>

namespace wheelforge::schedule {

WorkerPool::~WorkerPool() {
  {
    const std::lock_guard lock(mutex_);
    is_ending_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) {
    thread.join();
  }
}

void WorkerPool::run(std::function<void()> job) {
  bool is_short = false;
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
    is_short = jobs_.size() > idle_;
  }
  if (is_short) {
    threads_.emplace_back([this] { work(); });
  } else {
    changed_.notify_one();
  }
}

void WorkerPool::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    ++idle_;
    changed_.wait(lock, [this] { return is_ending_ || !jobs_.empty(); });
    --idle_;
    if (jobs_.empty()) {
      return;
    }
    const auto job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job();
    lock.lock();
  }
}

} // namespace wheelforge::schedule
