// The scheduler without threads and clocks: events go in, what to do next comes out.
#pragma once

#include "orchestrator/schedule/event.hpp"
#include "orchestrator/schedule/ready_queue.hpp"
#include "orchestrator/schedule/scheduler.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace wheelforge::schedule {

/// Something the driver has to do.
struct Action {
  enum class Kind {
    open_group,  ///< call group_started; stands before the group's first start_task
    start_task,  ///< run it on a thread; task_finished() afterwards
    stop_task,   ///< request its stop; task_finished() comes as ever
    close_group, ///< call group_finished on a thread; group_closed() afterwards
  };
  Kind kind = Kind::start_task;
  GroupIndex group = 0;
  TaskIndex task = 0;                   ///< of start_task and stop_task
  Attempt attempt;                      ///< of all but stop_task
  GroupStatus status = GroupStatus::ok; ///< of close_group

  bool operator==(const Action&) const = default;
};

/// A pure state machine over logical time (since the schedule's start). Call advance() first and after each other call,
/// and when next_wakeup() is reached, until is_done().
class SchedulerCore {
public:
  using Time = std::chrono::milliseconds;

  /// The graph must outlive the core.
  SchedulerCore(const TaskGraph& graph, const SchedulerOptions& options);

  /// Decides what is to be done at this moment. Time must not run backwards.
  [[nodiscard]] std::vector<Action> advance(Time now);
  /// A task that start_task named has ended.
  void task_finished(TaskIndex task, TaskOutcome outcome, Time now);
  /// A group that close_group named has released what it held.
  void group_closed(GroupIndex group, Time now);
  /// Ctrl-C: nothing new starts, what runs is asked to stop.
  void request_stop(Time now);

  /// When advance() is due although nothing happened: a time limit or the end of a backoff.
  [[nodiscard]] std::optional<Time> next_wakeup() const;
  /// Every group has ended and is closed.
  [[nodiscard]] bool is_done() const { return open_groups_ == 0; }
  /// What happened since the last call, in order.
  [[nodiscard]] std::vector<Event> take_events() { return std::exchange(events_, {}); }
  /// What became of everything; complete once is_done().
  [[nodiscard]] ScheduleResult result() const;

private:
  enum class TaskPhase { idle, ready, running, done };
  enum class StopReason { none, time_limit, retry, user };
  enum class GroupPhase { waiting, live, closing, backoff, ended };

  struct TaskState {
    TaskPhase phase = TaskPhase::idle;
    StopReason stop = StopReason::none;
    bool takes_part = false; ///< has to run, as seen at the start
    std::size_t waits = 0;   ///< needs of its own group that are not finished
    TaskReport report;
  };
  struct GroupState {
    GroupPhase phase = GroupPhase::waiting;
    bool is_open = false;           ///< group_started was asked for, group_finished not yet
    bool is_resetting = false;      ///< the attempt ends as soon as its running tasks have, then comes another
    bool has_failed = false;        ///< a task of it failed for good
    bool is_decided = false;        ///< its final status stands
    bool tried_smaller = false;     ///< the one retry after a run out of memory was taken
    std::size_t external_waits = 0; ///< edges from tasks of other groups, and groups to come after, not finished
    std::size_t running = 0;
    std::size_t undone = 0; ///< tasks not in phase done
    int retries = 0;        ///< after temporary failures
    Attempt attempt{0, 1};
    int next_jobs = 1; ///< Attempt::jobs of the next attempt
    Time retry_at{0};
    GroupReport report;
  };

  // scheduler_core.cpp: the course of time
  void link_at_start();
  [[nodiscard]] std::vector<bool> tasks_to_run() const;
  void expire_time_limits(Time now);
  void end_backoffs(Time now);
  void start(TaskIndex task, Time now);
  void make_ready(TaskIndex task);
  void make_group_ready(GroupIndex group);
  [[nodiscard]] std::vector<TaskIndex> tasks_to_repeat(GroupIndex group) const;
  void begin_retry(GroupIndex group);

  // scheduler_ending.cpp: how tasks and groups end
  void end_task(TaskIndex task, TaskStatus status, Error error, std::string reason);
  void succeed(TaskIndex task, TaskOutcome outcome);
  void fail_task(TaskIndex task, TaskOutcome outcome, Time now);
  [[nodiscard]] bool wants_retry(GroupIndex group, const TaskOutcome& outcome) const;
  void reset_group(TaskIndex failed, const TaskOutcome& outcome, Time now);
  void drop_dependents(TaskIndex task, const Error& error);
  void drop_unstarted(GroupIndex group, TaskStatus status, const Error& error);
  void drop_everywhere(TaskStatus status, const Error& error);
  void satisfy_other_groups(TaskIndex finished);
  void settle(GroupIndex group, Time now);
  void settle_all(Time now);
  void decide(GroupIndex group, Time now);

  void report_task(EventKind kind, TaskIndex task);
  void report_group(EventKind kind, GroupIndex group);
  void report_end(Time now);

  const TaskGraph* graph_;
  SchedulerOptions options_;
  ReadyQueue ready_;
  std::vector<TaskState> tasks_;
  std::vector<GroupState> groups_;
  std::vector<Action> actions_;
  std::vector<Event> events_;
  std::set<std::pair<Time, TaskIndex>> deadlines_;
  std::set<std::pair<Time, GroupIndex>> backoffs_;
  std::vector<GroupIndex> unsettled_; ///< groups of which something ended since they were last looked at
  std::size_t open_groups_ = 0;       ///< groups not ended
  bool is_stopping_ = false;          ///< by request_stop
  bool is_halted_ = false;            ///< by fail_fast
  bool has_reported_end_ = false;     ///< run.finished was given out
};

} // namespace wheelforge::schedule
