// Threads that run jobs; as many as there are jobs at one time, kept for the next ones.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace wheelforge::schedule {

/// Runs every job at once: the caller bounds how many there are.
class WorkerPool {
public:
  WorkerPool() = default;
  /// Waits for all jobs.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// Runs the job on an idle thread, or on a new one. From one thread only.
  void run(std::function<void()> job);

private:
  void work();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> jobs_;
  std::size_t idle_ = 0;
  bool is_ending_ = false;
  std::vector<std::thread> threads_;
};

} // namespace wheelforge::schedule
