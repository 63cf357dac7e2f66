// Containers are removed while their users go on.
#pragma once

#include "orchestrator/engine/container.hpp"

#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace wheelforge::engine {

/// Removes containers on a thread of its own; those that wait go in one call. A failure is swallowed, as in Container:
/// the reaper finds what is left. Thread-safe.
class BackgroundRemoval {
public:
  /// The engine must outlive it.
  explicit BackgroundRemoval(ContainerEngine& engine);
  /// Waits until all are removed.
  ~BackgroundRemoval();
  BackgroundRemoval(const BackgroundRemoval&) = delete;
  BackgroundRemoval& operator=(const BackgroundRemoval&) = delete;

  /// Takes the container away. Its name is free only when it is removed.
  void take(Container container);
  /// Waits until every container that was taken is removed.
  void wait();

private:
  void work(std::stop_token stop);

  ContainerEngine& engine_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<std::string> waiting_;
  bool is_removing_ = false;
  int awaiting_ = 0;    ///< callers of wait(): nothing more is gathered
  std::jthread thread_; ///< last: it ends before what it uses
};

} // namespace wheelforge::engine
