// The course of a schedule: what is ready, what starts, what is tried again.
#include "orchestrator/schedule/scheduler_core.hpp"

#include "orchestrator/schedule/expectation.hpp"

#include <algorithm>

namespace wheelforge::schedule {

namespace {

bool is_success(TaskStatus status) { return status == TaskStatus::ok || status == TaskStatus::skipped; }

bool is_durable(const Task& task) { return task.durability == Durability::durable_result; }

} // namespace

SchedulerCore::SchedulerCore(const TaskGraph& graph, const SchedulerOptions& options)
    : graph_(&graph), options_(options), ready_(graph, options), tasks_(graph.tasks().size()),
      groups_(graph.groups().size()), open_groups_(graph.groups().size()) {
  Event started;
  started.kind = EventKind::run_started;
  started.run = options_.run_id;
  started.total_groups = groups_.size();
  started.jobs = options_.jobs;
  events_.push_back(std::move(started));
  link_at_start();
}

/// Which tasks have to run: durable ones that are not finished, last ones that are not, and volatile ones whose result
/// somebody needs.
std::vector<bool> SchedulerCore::tasks_to_run() const {
  std::vector<bool> runs(tasks_.size(), false);
  for (auto place = graph_->order().rbegin(); place != graph_->order().rend(); ++place) {
    const Task& task = graph_->tasks()[*place];
    const auto& dependents = graph_->links()[*place].dependents;
    const bool is_needed = std::any_of(dependents.begin(), dependents.end(), [&](TaskIndex d) { return runs[d]; });
    if (is_durable(task)) {
      runs[*place] = task.finished_before.empty();
    } else {
      runs[*place] = is_needed || (dependents.empty() && task.finished_before.empty());
    }
  }
  return runs;
}

void SchedulerCore::link_at_start() {
  const std::vector<bool> runs = tasks_to_run();
  const auto expected = expected_durations(*graph_);
  const bool has_history = std::any_of(graph_->tasks().begin(), graph_->tasks().end(),
                                       [](const Task& task) { return task.expected.has_value(); });
  std::vector<Time> group_expected(groups_.size());
  for (TaskIndex task = 0; task < tasks_.size(); ++task) {
    const TaskLinks& links = graph_->links()[task];
    tasks_[task].takes_part = runs[task];
    if (!runs[task]) {
      continue;
    }
    GroupState& group = groups_[links.group];
    ++group.undone;
    group_expected[links.group] += expected[task];
    for (const TaskIndex need : links.needs) {
      const GroupIndex other = graph_->links()[need].group;
      if (other == links.group) {
        tasks_[task].waits += runs[need] ? 1 : 0;
      } else if (runs[need] || !(is_durable(graph_->tasks()[need]) || graph_->groups()[other].is_shared)) {
        ++group.external_waits;
      }
    }
  }
  for (GroupIndex group = 0; group < groups_.size(); ++group) {
    groups_[group].external_waits += graph_->groups()[group].after.size();
    groups_[group].next_jobs = 0;
    for (const TaskIndex task : graph_->groups()[group].tasks) {
      groups_[group].next_jobs = std::max(groups_[group].next_jobs, graph_->tasks()[task].compile_jobs);
    }
    if (groups_[group].next_jobs == 0) {
      groups_[group].next_jobs = options_.compile_jobs;
    }
    report_group(EventKind::group_queued, group);
    if (has_history) {
      events_.back().expected = group_expected[group];
    }
  }
  for (TaskIndex task = 0; task < tasks_.size(); ++task) {
    if (!runs[task]) {
      const std::string& reason = graph_->tasks()[task].finished_before;
      ++groups_[graph_->links()[task].group].undone; // end_task takes it off again
      end_task(task, TaskStatus::skipped, {}, reason.empty() ? "nothing that has to run needs it" : reason);
    }
  }
  for (GroupIndex group = 0; group < groups_.size(); ++group) {
    if (groups_[group].external_waits == 0) {
      make_group_ready(group);
    }
  }
}

std::vector<Action> SchedulerCore::advance(Time now) {
  expire_time_limits(now);
  end_backoffs(now);
  settle_all(now);
  while (!is_stopping_ && !is_halted_) {
    const auto task = ready_.pick();
    if (!task) {
      break;
    }
    start(*task, now);
  }
  if (is_done() && !has_reported_end_) {
    report_end(now);
  }
  return std::exchange(actions_, {});
}

void SchedulerCore::expire_time_limits(Time now) {
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    const TaskIndex task = deadlines_.begin()->second;
    deadlines_.erase(deadlines_.begin());
    if (tasks_[task].stop == StopReason::none) {
      tasks_[task].stop = StopReason::time_limit;
      actions_.push_back({Action::Kind::stop_task, graph_->links()[task].group, task, {}, {}});
    }
  }
}

void SchedulerCore::end_backoffs(Time now) {
  while (!backoffs_.empty() && backoffs_.begin()->first <= now) {
    const GroupIndex group = backoffs_.begin()->second;
    backoffs_.erase(backoffs_.begin());
    begin_retry(group);
  }
}

std::optional<SchedulerCore::Time> SchedulerCore::next_wakeup() const {
  std::optional<Time> next;
  if (!deadlines_.empty()) {
    next = deadlines_.begin()->first;
  }
  if (!backoffs_.empty()) {
    next = next ? std::min(*next, backoffs_.begin()->first) : backoffs_.begin()->first;
  }
  return next;
}

void SchedulerCore::start(TaskIndex task, Time now) {
  const GroupIndex group_index = graph_->links()[task].group;
  GroupState& group = groups_[group_index];
  if (group.phase == GroupPhase::waiting) {
    group.phase = GroupPhase::live;
    group.is_open = true;
    group.attempt = {group.attempt.number + 1, group.next_jobs};
    if (group.attempt.number == 1) {
      group.report.started = now;
    }
    group.report.attempts = group.attempt.number;
    ready_.open(group_index);
    actions_.push_back({Action::Kind::open_group, group_index, 0, group.attempt, {}});
    report_group(EventKind::group_started, group_index);
    events_.back().attempt = group.attempt.number;
  }
  TaskState& state = tasks_[task];
  state.phase = TaskPhase::running;
  state.stop = StopReason::none;
  ++state.report.runs;
  state.report.started = now;
  ++group.running;
  if (const auto limit = graph_->tasks()[task].time_limit) {
    deadlines_.emplace(now + *limit, task);
  }
  actions_.push_back({Action::Kind::start_task, group_index, task, group.attempt, {}});
  report_task(EventKind::task_started, task);
  events_.back().jobs = group.attempt.jobs;
}

/// Queues a task that waits for nothing any more.
void SchedulerCore::make_ready(TaskIndex task) {
  const GroupState& group = groups_[graph_->links()[task].group];
  const bool is_live = group.phase == GroupPhase::live;
  tasks_[task].phase = TaskPhase::ready;
  ready_.add(task, is_live                    ? ReadyQueue::Standing::live
                   : group.attempt.number > 0 ? ReadyQueue::Standing::retried
                                              : ReadyQueue::Standing::fresh);
  report_task(EventKind::task_queued, task);
  events_.back().expected = graph_->tasks()[task].expected;
}

void SchedulerCore::make_group_ready(GroupIndex group) {
  for (const TaskIndex task : graph_->groups()[group].tasks) {
    if (tasks_[task].phase == TaskPhase::idle && tasks_[task].waits == 0) {
      make_ready(task);
    }
  }
}

/// What another attempt has to run: what is not finished, and volatile results that those need.
std::vector<TaskIndex> SchedulerCore::tasks_to_repeat(GroupIndex group) const {
  std::vector<TaskIndex> last_first = graph_->groups()[group].tasks;
  const auto& links = graph_->links();
  std::stable_sort(last_first.begin(), last_first.end(),
                   [&](TaskIndex a, TaskIndex b) { return links[a].depth > links[b].depth; });
  std::set<TaskIndex> repeated;
  for (const TaskIndex task : last_first) {
    if (!tasks_[task].takes_part) {
      continue;
    }
    const auto& dependents = links[task].dependents;
    const bool is_needed = std::any_of(dependents.begin(), dependents.end(),
                                       [&](TaskIndex dependent) { return repeated.contains(dependent); });
    if (!is_success(tasks_[task].report.status) || (is_needed && !is_durable(graph_->tasks()[task]))) {
      repeated.insert(task);
    }
  }
  return {repeated.begin(), repeated.end()};
}

void SchedulerCore::begin_retry(GroupIndex group_index) {
  GroupState& group = groups_[group_index];
  group.phase = GroupPhase::waiting;
  group.is_resetting = false;
  const std::vector<TaskIndex> repeated = tasks_to_repeat(group_index);
  for (const TaskIndex task : repeated) {
    TaskState& state = tasks_[task];
    group.undone += state.phase == TaskPhase::done ? 1 : 0;
    state.phase = TaskPhase::idle;
    state.report.status = TaskStatus::not_run;
    state.report.error = {};
    state.report.reason.clear();
    const auto& needs = graph_->links()[task].needs;
    state.waits = static_cast<std::size_t>(std::count_if(needs.begin(), needs.end(), [&](TaskIndex need) {
      return std::binary_search(repeated.begin(), repeated.end(), need);
    }));
  }
  make_group_ready(group_index);
}

ScheduleResult SchedulerCore::result() const {
  ScheduleResult result;
  result.tasks.reserve(tasks_.size());
  for (const TaskState& task : tasks_) {
    result.tasks.push_back(task.report);
  }
  result.groups.reserve(groups_.size());
  for (const GroupState& group : groups_) {
    result.groups.push_back(group.report);
  }
  result.stopped = is_stopping_;
  return result;
}

void SchedulerCore::report_task(EventKind kind, TaskIndex task) {
  const TaskLinks& links = graph_->links()[task];
  Event event;
  event.kind = kind;
  event.group = graph_->groups()[links.group].id;
  event.task = graph_->tasks()[task].id;
  event.phase = graph_->tasks()[task].phase;
  const GroupState& group = groups_[links.group];
  event.attempt = group.attempt.number + (group.phase == GroupPhase::waiting ? 1 : 0);
  events_.push_back(std::move(event));
}

void SchedulerCore::report_group(EventKind kind, GroupIndex group) {
  Event event;
  event.kind = kind;
  event.group = graph_->groups()[group].id;
  if (graph_->groups()[group].is_shared) {
    event.task = event.group;
  }
  events_.push_back(std::move(event));
}

void SchedulerCore::report_end(Time now) {
  has_reported_end_ = true;
  const bool is_ok = std::all_of(groups_.begin(), groups_.end(),
                                 [](const GroupState& group) { return group.report.status == GroupStatus::ok; });
  Event event;
  event.kind = EventKind::run_finished;
  event.run = options_.run_id;
  event.status = is_stopping_ ? "cancelled" : is_ok ? "ok" : "failed";
  event.duration = now;
  events_.push_back(std::move(event));
}

} // namespace wheelforge::schedule
