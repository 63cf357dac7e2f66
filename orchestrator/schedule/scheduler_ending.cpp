// How tasks and groups end, and what their end means for what needs them.
#include "orchestrator/schedule/duration_text.hpp"
#include "orchestrator/schedule/scheduler_core.hpp"

#include <algorithm>
#include <array>

namespace wheelforge::schedule {

namespace {

using std::chrono::milliseconds;

bool is_durable(const Task& task) { return task.durability == Durability::durable_result; }

/// A well-mixed number. Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators" (splitmix64).
std::uint64_t mixed(std::uint64_t value) {
  value += 0x9e3779b97f4a7c15U;
  value = (value ^ value >> 30U) * 0xbf58476d1ce4e5b9U;
  value = (value ^ value >> 27U) * 0x94d049bb133111ebU;
  return value ^ value >> 31U;
}

/// Doubles with each retry up to the longest, and lies up to a quarter beside that, so that groups which failed
/// together do not come back together.
milliseconds backoff(const SchedulerOptions& options, GroupIndex group, int retry) {
  milliseconds wait = options.first_backoff;
  for (int doubled = 0; doubled < retry && wait < options.longest_backoff; ++doubled) {
    wait *= 2;
  }
  wait = std::min(wait, options.longest_backoff);
  const std::uint64_t dice =
      mixed(options.jitter_seed ^ mixed(group) ^ mixed(static_cast<std::uint64_t>(retry) << 40U));
  return wait * (750 + static_cast<std::int64_t>(dice % 501)) / 1000;
}

} // namespace

void SchedulerCore::task_finished(TaskIndex task, TaskOutcome outcome, Time now) {
  TaskState& state = tasks_[task];
  WF_CHECK(state.phase == TaskPhase::running);
  const Task& ended = graph_->tasks()[task];
  ready_.release(task);
  --groups_[graph_->links()[task].group].running;
  state.report.duration = now - state.report.started;
  if (ended.time_limit) {
    deadlines_.erase({state.report.started + *ended.time_limit, task});
  }
  if (outcome.kind == TaskOutcome::Kind::ok || outcome.kind == TaskOutcome::Kind::skipped) {
    succeed(task, std::move(outcome));
  } else {
    fail_task(task, std::move(outcome), now);
  }
  settle_all(now);
}

void SchedulerCore::end_task(TaskIndex task, TaskStatus status, Error error, std::string reason) {
  const GroupIndex group = graph_->links()[task].group;
  TaskState& state = tasks_[task];
  const bool has_run = state.phase == TaskPhase::running;
  state.phase = TaskPhase::done;
  state.report.status = status;
  state.report.error = std::move(error);
  state.report.reason = std::move(reason);
  --groups_[group].undone;
  report_task(EventKind::task_finished, task);
  events_.back().attempt = has_run ? groups_[group].attempt.number : 0;
  events_.back().status = to_string(status);
  events_.back().text = status == TaskStatus::skipped ? state.report.reason : state.report.error.message;
  if (has_run) {
    events_.back().duration = state.report.duration;
  }
  unsettled_.push_back(group);
}

void SchedulerCore::succeed(TaskIndex task, TaskOutcome outcome) {
  const bool is_skip = outcome.kind == TaskOutcome::Kind::skipped;
  end_task(task, is_skip ? TaskStatus::skipped : TaskStatus::ok, {}, std::move(outcome.reason));
  const TaskLinks& links = graph_->links()[task];
  const GroupState& group = groups_[links.group];
  for (const TaskIndex dependent : links.dependents) {
    TaskState& state = tasks_[dependent];
    if (graph_->links()[dependent].group != links.group || state.phase != TaskPhase::idle || group.is_resetting) {
      continue;
    }
    if (--state.waits == 0) {
      make_ready(dependent);
    }
  }
  if (is_durable(graph_->tasks()[task]) || graph_->groups()[links.group].is_shared) {
    satisfy_other_groups(task);
  }
}

void SchedulerCore::fail_task(TaskIndex task, TaskOutcome outcome, Time now) {
  const Task& failed = graph_->tasks()[task];
  const GroupIndex group = graph_->links()[task].group;
  switch (tasks_[task].stop) {
  case StopReason::user:
    end_task(task, TaskStatus::cancelled, {"stopped while it ran", ErrorKind::cancelled, {}}, {});
    return;
  case StopReason::retry:
    end_task(task, TaskStatus::cancelled, {"stopped, because its cell is tried again", ErrorKind::cancelled, {}}, {});
    return;
  case StopReason::time_limit:
    outcome = TaskOutcome::failed({fmt::format("time limit of {} reached", duration_text(*failed.time_limit)),
                                   ErrorKind::failed,
                                   "its log shows what it was doing; raise the timeout if it only needs longer"});
    break;
  case StopReason::none:
    break;
  }
  if (wants_retry(group, outcome)) {
    reset_group(task, outcome, now);
    return;
  }
  groups_[group].has_failed = true;
  end_task(task, TaskStatus::failed, std::move(outcome.error), {});
  const Error& cause = tasks_[task].report.error;
  drop_dependents(task, {fmt::format("not run: it needs '{}', which failed: {}", failed.id, cause.message), cause.kind,
                         cause.hint});
  if (options_.on_failure == OnFailure::fail_fast && !is_halted_ && !is_stopping_) {
    is_halted_ = true;
    drop_everywhere(
        TaskStatus::not_run,
        {fmt::format("not run: '{}' failed, and the first failure ends the run", failed.id), ErrorKind::failed, {}});
  }
}

bool SchedulerCore::wants_retry(GroupIndex group_index, const TaskOutcome& outcome) const {
  const GroupState& group = groups_[group_index];
  if (group.has_failed || is_stopping_ || is_halted_) {
    return false;
  }
  if (outcome.kind == TaskOutcome::Kind::out_of_memory) {
    return !group.tried_smaller && group.attempt.jobs > 1;
  }
  const ErrorKind kind = outcome.error.kind;
  return (kind == ErrorKind::temporary || kind == ErrorKind::engine_unavailable) && group.retries < options_.retries;
}

/// Ends the attempt: nothing of the group starts any more, what runs is asked to stop.
void SchedulerCore::reset_group(TaskIndex failed, const TaskOutcome& outcome, Time now) {
  const GroupIndex group_index = graph_->links()[failed].group;
  GroupState& group = groups_[group_index];
  milliseconds wait{0};
  if (outcome.kind == TaskOutcome::Kind::out_of_memory) {
    group.tried_smaller = true;
    group.next_jobs = group.attempt.jobs / 2;
  } else {
    wait = backoff(options_, group_index, group.retries);
    ++group.retries;
  }
  group.is_resetting = true;
  group.retry_at = now + wait;
  end_task(failed, TaskStatus::failed, outcome.error, {});
  report_task(EventKind::task_retrying, failed);
  events_.back().text = outcome.error.message;
  events_.back().wait = wait;
  for (const TaskIndex task : graph_->groups()[group_index].tasks) {
    TaskState& state = tasks_[task];
    if (state.phase == TaskPhase::ready) {
      ready_.remove(task);
      state.phase = TaskPhase::idle;
    } else if (state.phase == TaskPhase::running && state.stop == StopReason::none) {
      state.stop = StopReason::retry;
      actions_.push_back({Action::Kind::stop_task, group_index, task, {}, {}});
    }
  }
}

/// All that need the task, in its own group and in others, will not run.
void SchedulerCore::drop_dependents(TaskIndex needed, const Error& error) {
  std::vector<TaskIndex> dropped{needed};
  while (!dropped.empty()) {
    const TaskLinks& links = graph_->links()[dropped.back()];
    dropped.pop_back();
    for (const TaskIndex dependent : links.dependents) {
      const GroupIndex group = graph_->links()[dependent].group;
      if (tasks_[dependent].phase == TaskPhase::done || !tasks_[dependent].takes_part) {
        continue;
      }
      const auto drop = [&](TaskIndex task) {
        end_task(task, TaskStatus::not_run, error, {});
        dropped.push_back(task);
      };
      if (group == links.group) {
        drop(dependent);
        continue;
      }
      for (const TaskIndex task : graph_->groups()[group].tasks) {
        if (tasks_[task].phase != TaskPhase::done) {
          drop(task);
        }
      }
    }
  }
}

/// Ends the tasks of a group that have not started.
void SchedulerCore::drop_unstarted(GroupIndex group_index, TaskStatus status, const Error& error) {
  GroupState& group = groups_[group_index];
  if (group.is_resetting) {
    group.is_resetting = false;
    group.has_failed = true;
  }
  if (group.phase == GroupPhase::backoff) {
    backoffs_.erase({group.retry_at, group_index});
    unsettled_.push_back(group_index);
  }
  for (const TaskIndex task : graph_->groups()[group_index].tasks) {
    const TaskPhase phase = tasks_[task].phase;
    if (phase == TaskPhase::ready) {
      ready_.remove(task);
    }
    if (phase == TaskPhase::ready || phase == TaskPhase::idle) {
      end_task(task, status, error, {});
    }
  }
}

void SchedulerCore::drop_everywhere(TaskStatus status, const Error& error) {
  for (GroupIndex group = 0; group < groups_.size(); ++group) {
    if (!groups_[group].is_decided) {
      drop_unstarted(group, status, error);
    }
  }
}

void SchedulerCore::request_stop(Time now) {
  if (is_stopping_ || is_done()) {
    return;
  }
  is_stopping_ = true;
  drop_everywhere(TaskStatus::cancelled, {"stopped before it began", ErrorKind::cancelled, {}});
  for (TaskIndex task = 0; task < tasks_.size(); ++task) {
    TaskState& state = tasks_[task];
    if (state.phase == TaskPhase::running && state.stop != StopReason::time_limit) {
      if (state.stop == StopReason::none) {
        actions_.push_back({Action::Kind::stop_task, graph_->links()[task].group, task, {}, {}});
      }
      state.stop = StopReason::user;
    }
  }
  settle_all(now);
}

void SchedulerCore::satisfy_other_groups(TaskIndex finished) {
  const TaskLinks& links = graph_->links()[finished];
  for (const TaskIndex dependent : links.dependents) {
    const GroupIndex group = graph_->links()[dependent].group;
    if (group != links.group && tasks_[dependent].takes_part && --groups_[group].external_waits == 0) {
      make_group_ready(group);
    }
  }
}

void SchedulerCore::settle_all(Time now) {
  while (!unsettled_.empty()) {
    const GroupIndex group = unsettled_.back();
    unsettled_.pop_back();
    settle(group, now);
  }
}

/// Ends the group's attempt when nothing of it runs or can start.
void SchedulerCore::settle(GroupIndex group_index, Time now) {
  GroupState& group = groups_[group_index];
  const bool can_go_on = group.running > 0 || (group.undone > 0 && !group.is_resetting);
  const bool waits_for_retry = group.is_resetting && group.phase == GroupPhase::backoff;
  if (group.is_decided || can_go_on || waits_for_retry || group.phase == GroupPhase::closing) {
    return;
  }
  if (!group.is_resetting) {
    decide(group_index, now);
  }
  if (group.is_open) {
    group.is_open = false;
    group.phase = GroupPhase::closing;
    const GroupStatus status = group.is_resetting ? GroupStatus::retrying : group.report.status;
    actions_.push_back({Action::Kind::close_group, group_index, 0, group.attempt, status});
  } else {
    group.phase = GroupPhase::ended;
    --open_groups_;
  }
}

void SchedulerCore::group_closed(GroupIndex group_index, Time now) {
  GroupState& group = groups_[group_index];
  WF_CHECK(group.phase == GroupPhase::closing);
  ready_.close(group_index);
  if (group.is_resetting) {
    group.phase = GroupPhase::backoff;
    backoffs_.emplace(group.retry_at, group_index);
    return;
  }
  if (!group.is_decided) { // the retry it was closed for was called off meanwhile
    decide(group_index, now);
  }
  group.phase = GroupPhase::ended;
  --open_groups_;
  settle_all(now);
}

/// Settles the group's final status from its tasks' and tells those that need it.
void SchedulerCore::decide(GroupIndex group_index, Time now) {
  GroupState& group = groups_[group_index];
  GroupReport& report = group.report;
  report.status = GroupStatus::ok;
  constexpr std::array<std::pair<TaskStatus, GroupStatus>, 3> kWorstFirst{
      {{TaskStatus::failed, GroupStatus::failed},
       {TaskStatus::cancelled, GroupStatus::cancelled},
       {TaskStatus::not_run, GroupStatus::not_run}}};
  const std::vector<TaskIndex>& members = graph_->groups()[group_index].tasks;
  for (const auto& [of_task, of_group] : kWorstFirst) {
    const auto worst = std::find_if(members.begin(), members.end(),
                                    [&, wanted = of_task](TaskIndex t) { return tasks_[t].report.status == wanted; });
    if (worst != members.end()) {
      report.status = of_group;
      report.error = tasks_[*worst].report.error;
      break;
    }
  }
  report.finished = now;
  group.is_decided = true;
  report_group(EventKind::group_finished, group_index);
  events_.back().status = to_string(report.status);
  events_.back().text = report.error.message;
  events_.back().duration = report.attempts > 0 ? now - report.started : Time{0};
  events_.back().attempt = report.attempts;
  for (const GroupIndex follower : graph_->groups()[group_index].followers) {
    if (--groups_[follower].external_waits == 0 && !groups_[follower].is_decided) {
      make_group_ready(follower);
    }
  }
  if (graph_->groups()[group_index].is_shared) {
    return;
  }
  for (const TaskIndex task : members) {
    if (is_durable(graph_->tasks()[task])) {
      continue; // told when it ended
    }
    if (report.status == GroupStatus::ok) {
      satisfy_other_groups(task);
    } else {
      const std::string& id = graph_->groups()[group_index].id;
      drop_dependents(task, {fmt::format("not run: it needs '{}', which failed: {}", id, report.error.message),
                             report.error.kind, report.error.hint});
    }
  }
}

} // namespace wheelforge::schedule
