// Runs a graph of tasks on worker threads, within budgets, with retries, time limits and an orderly stop.
#pragma once

#include "orchestrator/base/error.hpp"
#include "orchestrator/host/clock.hpp"
#include "orchestrator/schedule/event_stream.hpp"
#include "orchestrator/schedule/task.hpp"
#include "orchestrator/schedule/task_runner.hpp"

#include <chrono>
#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

namespace wheelforge::schedule {

/// What happens to the other groups when one has failed for good.
enum class OnFailure {
  keep_going, ///< they run to their end
  fail_fast,  ///< what runs is finished, nothing new starts
};

/// The budgets and rules of a run. Zero in a budget means "no limit", except where said.
struct SchedulerOptions {
  std::string run_id;             ///< stands in run.started and run.finished
  int jobs = 1;                   ///< heavy tasks at a time, at least 1
  int light_slots = 0;            ///< light tasks at a time; 0: jobs + 1
  int max_live_groups = 0;        ///< groups between their first task's start and their end; 0: jobs + 1, so that the
                                  ///< next container is prepared while the present ones compile
  std::uint64_t memory_bytes = 0; ///< of all running tasks together; a task larger than this runs alone
  std::uint64_t disk_bytes = 0;   ///< likewise
  OnFailure on_failure = OnFailure::keep_going;
  int retries = 2;                               ///< of a group after a temporary failure
  std::chrono::milliseconds first_backoff{1000}; ///< before the first retry; doubles with each, ±25 % jitter
  std::chrono::milliseconds longest_backoff{60000};
  int compile_jobs = 1;          ///< Attempt::jobs of a first attempt
  std::uint64_t jitter_seed = 0; ///< same seed, same waits
};

/// How a task ended, in its last attempt.
enum class TaskStatus {
  ok,
  skipped, ///< finished before, or the runner had nothing to do
  failed,
  cancelled, ///< stopped from outside
  not_run,
};

/// "ok", "skipped", "failed", "cancelled", "not-run".
[[nodiscard]] std::string_view to_string(TaskStatus status);

struct TaskReport {
  TaskStatus status = TaskStatus::not_run;
  Error error;                           ///< of failed, cancelled and not_run (why)
  std::string reason;                    ///< of skipped
  int runs = 0;                          ///< how often it was started
  std::chrono::milliseconds started{0};  ///< of its last run, since the schedule's start
  std::chrono::milliseconds duration{0}; ///< of its last run

  bool operator==(const TaskReport&) const = default;
};

struct GroupReport {
  GroupStatus status = GroupStatus::not_run;
  Error error;      ///< the first failed task's in plan order; of not_run: names what it waited for in vain
  int attempts = 0; ///< 0 when no task of it was started
  std::chrono::milliseconds started{0};
  std::chrono::milliseconds finished{0};

  bool operator==(const GroupReport&) const = default;
};

/// What became of everything; positions as in TaskGraph::tasks() and TaskGraph::groups().
struct ScheduleResult {
  std::vector<TaskReport> tasks;
  std::vector<GroupReport> groups;
  bool stopped = false; ///< a stop was requested before everything had ended

  bool operator==(const ScheduleResult&) const = default;
};

/// Runs all tasks and returns when the last group_finished() has. What starts first: tasks of groups already started,
/// later phases before earlier ones, then by the longest expected chain of work that waits behind a task, then plan
/// order. A failed task takes down only what needs it; the rest of its group and other groups go on. When `stop` is
/// requested nothing new starts and running tasks are asked to stop.
/// Events go to `events` (may be null). Runner and clock must outlive the call; jobs < 1 is a broken invariant.
///
///   WF_TRY(auto graph, schedule::TaskGraph::make(std::move(tasks)));
///   schedule::EventStream events(clock);          // + events.subscribe(...) for progress, files
///   const auto result = schedule::run_tasks(graph, options, runner, clock, &events, signals.token());
[[nodiscard]] ScheduleResult run_tasks(const TaskGraph& graph, const SchedulerOptions& options, TaskRunner& runner,
                                       host::Clock& clock, EventStream* events, std::stop_token stop);

} // namespace wheelforge::schedule
