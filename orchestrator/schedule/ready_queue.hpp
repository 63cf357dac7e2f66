// Tasks that could start, in the order in which they should, held back by the budgets.
#pragma once

#include "orchestrator/schedule/task.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <tuple>
#include <vector>

namespace wheelforge::schedule {

struct SchedulerOptions;

/// The ready tasks and what the running ones hold: slots, bytes of memory and disk, places among the live groups.
/// A task that has to wait for bytes may be overtaken by smaller ones, but only so often: then the bytes that come free
/// are kept for it.
class ReadyQueue {
public:
  /// Where a task's group stands when the task becomes ready.
  enum class Standing { live, retried, fresh };

  /// The graph must outlive the queue.
  ReadyQueue(const TaskGraph& graph, const SchedulerOptions& options);

  void add(TaskIndex task, Standing standing);
  /// Takes a task out that shall not start after all; nothing when it is not in the queue.
  void remove(TaskIndex task);

  /// Takes out the best task that fits into all budgets, with its slot and bytes taken from them; nothing when none
  /// does. When its group is not live yet the caller opens it before the next pick().
  [[nodiscard]] std::optional<TaskIndex> pick();
  /// Gives back the slot and the bytes of a task that pick() returned.
  void release(TaskIndex task);

  /// The group becomes live: it takes a place (unless shared), and its ready tasks go before those of fresh groups.
  void open(GroupIndex group);
  /// Gives the place back.
  void close(GroupIndex group);

private:
  using Key = std::tuple<int, std::int64_t, std::int64_t, TaskIndex>; ///< smaller starts earlier
  struct ByClass {
    std::set<Key> live;   ///< of live groups
    std::set<Key> fresh;  ///< would open a group that takes a place
    std::set<Key> shared; ///< of shared tasks
    int free_slots = 0;
  };
  struct Waiting {
    Key key;
    std::set<Key>* where = nullptr; ///< null: not in the queue
    int overtaken = 0;
  };
  struct Budget {
    std::uint64_t limit = 0; ///< 0: none
    std::uint64_t used = 0;
    [[nodiscard]] bool fits(std::uint64_t bytes) const {
      return limit == 0 || bytes == 0 || used == 0 || (used <= limit && bytes <= limit - used);
    }
  };

  [[nodiscard]] Key key_of(TaskIndex task, Standing standing) const;
  [[nodiscard]] ByClass& class_of(TaskIndex task);
  [[nodiscard]] bool fits(TaskIndex task) const;
  [[nodiscard]] bool takes_bytes(TaskIndex task) const;
  [[nodiscard]] bool opens_group(TaskIndex task) const;
  [[nodiscard]] bool keeps_bytes() const;
  [[nodiscard]] bool is_held_back(TaskIndex task) const;
  [[nodiscard]] std::optional<TaskIndex> best_of(ByClass& queue);
  void note_overtaking(const std::vector<TaskIndex>& blocked, TaskIndex chosen);

  const TaskGraph* graph_;
  std::vector<std::chrono::milliseconds> until_end_;       ///< by task
  std::vector<std::chrono::milliseconds> group_until_end_; ///< by group: the longest of its tasks
  std::array<ByClass, 2> classes_;
  std::vector<Waiting> waiting_; ///< by task
  Budget memory_;
  Budget disk_;
  int free_places_ = 0;
  std::optional<TaskIndex> reserved_; ///< overtaken too often: no other task takes bytes before it has started
};

} // namespace wheelforge::schedule
