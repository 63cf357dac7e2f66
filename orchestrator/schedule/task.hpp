// What is scheduled: tasks, the groups (cells) they belong to, and what each must wait for.
#pragma once

#include "orchestrator/base/error.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace wheelforge::schedule {

/// Which kind of slot a task takes while it runs.
enum class TaskClass {
  heavy, ///< keeps the processors busy (a build): one of SchedulerOptions::jobs
  light, ///< mostly waits (prepare a container, audit, collect): one of SchedulerOptions::light_slots
};

/// Whether the result of a finished task outlives a retry of its group.
enum class Durability {
  volatile_result, ///< lives in the group's container: a retry of the group runs the task again if something needs it
  durable_result,  ///< kept outside (a wheel on disk): finished once is finished for good
};

/// One step of one cell, or a step that several cells share.
struct Task {
  std::string id;    ///< unique; also the key in events and the journal, e.g. "cp312-manylinux_2_28_x86_64/build"
  std::string group; ///< the cell's id; empty for a shared task, which then is a group of its own, named by `id`
  std::string phase; ///< what people see: "prepare", "before-all", "build", "test:debian-12", …
  std::vector<std::string> needs; ///< ids of the tasks that must have finished first, of any group
  std::vector<std::string>
      after; ///< ids of other groups that must have ended before this one's starts, however they did
  TaskClass task_class = TaskClass::heavy;
  Durability durability = Durability::volatile_result;
  int compile_jobs = 0;           ///< what Attempt::jobs of its group begins with; 0: SchedulerOptions::compile_jobs
  std::uint64_t memory_bytes = 0; ///< what it may use at its peak; counts against the budget while it runs
  std::uint64_t disk_bytes = 0;   ///< likewise
  std::optional<std::chrono::milliseconds> expected;   ///< how long it took before
  std::optional<std::chrono::milliseconds> time_limit; ///< stopped and failed when it runs longer
  std::string finished_before; ///< why it need not run ("unchanged since …"), where a cache or a journal has its result

  bool operator==(const Task&) const = default;
};

/// A position in TaskGraph::tasks().
using TaskIndex = std::size_t;
/// A position in TaskGraph::groups().
using GroupIndex = std::size_t;

/// The tasks of one cell, or one shared task.
struct Group {
  std::string id;
  bool is_shared = false;              ///< one task that belongs to no cell: takes no place among the live groups
  std::vector<TaskIndex> tasks;        ///< in plan order
  std::vector<GroupIndex> after{};     ///< groups that must have ended, well or not, before it starts
  std::vector<GroupIndex> followers{}; ///< those that wait for its end

  bool operator==(const Group&) const = default;
};

/// One task's place in the graph, by index.
struct TaskLinks {
  GroupIndex group = 0;
  std::vector<TaskIndex> needs;
  std::vector<TaskIndex> dependents;
  std::size_t depth = 0; ///< longest chain of needs below it inside its group; 0 for a first task

  bool operator==(const TaskLinks&) const = default;
};

/// Tasks that fit together: every need is known, nothing waits for itself.
class TaskGraph {
public:
  /// Checks and links the tasks; their order is the plan order. Fails with kind `internal` on an empty or repeated id,
  /// an unknown need or group, tasks that wait for each other in a circle, and groups that do: a group starts only when
  /// all it needs from other groups is finished, so that no prepared container waits for another cell.
  [[nodiscard]] static Result<TaskGraph> make(std::vector<Task> tasks);

  [[nodiscard]] const std::vector<Task>& tasks() const { return tasks_; }
  [[nodiscard]] const std::vector<TaskLinks>& links() const { return links_; }
  [[nodiscard]] const std::vector<Group>& groups() const { return groups_; }
  /// All tasks so that each stands after what it needs.
  [[nodiscard]] const std::vector<TaskIndex>& order() const { return order_; }
  /// The task of that id.
  [[nodiscard]] std::optional<TaskIndex> find(std::string_view id) const;

private:
  TaskGraph() = default;
  std::vector<Task> tasks_;
  std::vector<TaskLinks> links_;
  std::vector<Group> groups_;
  std::vector<TaskIndex> order_;
  std::unordered_map<std::string, TaskIndex> index_of_;
};

} // namespace wheelforge::schedule
