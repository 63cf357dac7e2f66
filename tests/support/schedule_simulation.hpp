// Runs a schedule in logical time with scripted tasks, and holds every step against the scheduler's promises.
#pragma once

#include "orchestrator/schedule/scheduler_core.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace wheelforge::schedule::simulation {

using Time = std::chrono::milliseconds;

/// What a scripted run of a task does.
struct Run {
  Time duration{1000};
  TaskOutcome outcome;
  bool heeds_stop = true; ///< ends at once, with `cancelled`, when its stop is requested
};

struct Script {
  std::function<Run(const Task&, const Attempt&)> run = [](const Task&, const Attempt&) { return Run{}; };
  Time close{0};               ///< how long group_finished takes
  std::optional<Time> stop_at; ///< when Ctrl-C comes
};

/// What was seen.
struct Trace {
  ScheduleResult result;
  std::vector<std::string> starts; ///< ids of tasks in the order in which they started
  std::vector<Event> events;
  std::map<std::string, std::vector<Attempt>> attempts; ///< of each group that was opened
  std::map<std::string, std::vector<GroupStatus>> closings;
  Time end{0};
  int most_heavy = 0;
  int most_live = 0;
};

class Simulation {
public:
  Simulation(const TaskGraph& graph, const SchedulerOptions& options, Script script)
      : graph_(graph), options_(options), script_(std::move(script)), core_(graph, options) {}

  Trace run() {
    while (true) {
      for (const Action& action : core_.advance(now_)) {
        perform(action);
      }
      check_budgets();
      for (Event& event : core_.take_events()) {
        trace_.events.push_back(std::move(event));
      }
      if (core_.is_done()) {
        break;
      }
      step();
    }
    CHECK(running_.empty());
    CHECK(open_.empty());
    trace_.result = core_.result();
    trace_.end = now_;
    return std::move(trace_);
  }

private:
  struct Running {
    Time end{0};
    Run run;
    bool stopped = false;
  };

  void perform(const Action& action) {
    const std::string& group = graph_.groups()[action.group].id;
    switch (action.kind) {
    case Action::Kind::open_group:
      REQUIRE(open_.insert(action.group).second);
      trace_.attempts[group].push_back(action.attempt);
      break;
    case Action::Kind::start_task:
      start(action);
      break;
    case Action::Kind::stop_task: {
      Running& task = running_.at(action.task);
      REQUIRE_FALSE(task.stopped);
      task.stopped = true;
      if (task.run.heeds_stop) {
        pending_.erase({task.end, action.task});
        task.end = now_;
        task.run.outcome = TaskOutcome::failed({"stopped", ErrorKind::cancelled, {}});
        pending_.emplace(now_, action.task);
      }
      break;
    }
    case Action::Kind::close_group:
      REQUIRE(open_.erase(action.group) == 1);
      for (const TaskIndex task : graph_.groups()[action.group].tasks) {
        REQUIRE_FALSE(running_.contains(task));
      }
      trace_.closings[group].push_back(action.status);
      closing_.emplace(now_ + script_.close, action.group);
      break;
    }
  }

  void start(const Action& action) {
    const Task& task = graph_.tasks()[action.task];
    const TaskLinks& links = graph_.links()[action.task];
    REQUIRE_FALSE(running_.contains(action.task));
    REQUIRE(open_.contains(action.group));
    REQUIRE(runs_.emplace(action.task, action.attempt.number).second); // at most once an attempt
    for (const TaskIndex need : links.needs) {
      REQUIRE((finished_.contains(need) || !graph_.tasks()[need].finished_before.empty()));
    }
    for (const GroupIndex other : graph_.groups()[action.group].after) {
      const auto& members = graph_.groups()[other].tasks;
      REQUIRE(std::none_of(members.begin(), members.end(), [&](TaskIndex one) { return running_.contains(one); }));
      REQUIRE_FALSE(open_.contains(other));
    }
    trace_.starts.push_back(task.id);
    Running running{now_, script_.run(task, action.attempt), false};
    running.end += running.run.duration;
    pending_.emplace(running.end, action.task);
    running_.emplace(action.task, std::move(running));
  }

  /// Moves on to the next moment at which anything happens.
  void step() {
    Time next = Time::max();
    if (!pending_.empty()) {
      next = std::min(next, pending_.begin()->first);
    }
    if (!closing_.empty()) {
      next = std::min(next, closing_.begin()->first);
    }
    if (const auto wakeup = core_.next_wakeup()) {
      next = std::min(next, *wakeup);
    }
    if (script_.stop_at && !stopped_) {
      next = std::min(next, *script_.stop_at);
    }
    REQUIRE(next != Time::max()); // something must be under way, or the schedule hangs
    now_ = std::max(now_, next);
    if (script_.stop_at && !stopped_ && *script_.stop_at <= now_) {
      stopped_ = true;
      core_.request_stop(now_);
    } else if (!pending_.empty() && pending_.begin()->first <= now_) {
      finish(pending_.begin()->second);
    } else if (!closing_.empty() && closing_.begin()->first <= now_) {
      const GroupIndex group = closing_.begin()->second;
      closing_.erase(closing_.begin());
      core_.group_closed(group, now_);
    }
  }

  void finish(TaskIndex task) {
    const Running ended = std::move(running_.at(task));
    running_.erase(task);
    pending_.erase({ended.end, task});
    const bool is_ok =
        ended.run.outcome.kind == TaskOutcome::Kind::ok || ended.run.outcome.kind == TaskOutcome::Kind::skipped;
    if (is_ok) {
      finished_.insert(task);
    }
    core_.task_finished(task, ended.run.outcome, now_);
  }

  void check_budgets() {
    std::array<int, 2> slots{};
    std::uint64_t memory = 0;
    std::uint64_t disk = 0;
    int memory_takers = 0;
    for (const auto& [index, running] : running_) {
      const Task& task = graph_.tasks()[index];
      ++slots[static_cast<std::size_t>(task.task_class)];
      memory += task.memory_bytes;
      disk += task.disk_bytes;
      memory_takers += task.memory_bytes > 0 ? 1 : 0;
    }
    int live = 0;
    for (const GroupIndex group : open_) {
      live += graph_.groups()[group].is_shared ? 0 : 1;
    }
    for (const auto& [time, group] : closing_) {
      live += graph_.groups()[group].is_shared ? 0 : 1;
    }
    REQUIRE(slots[0] <= options_.jobs);
    REQUIRE(slots[1] <= (options_.light_slots > 0 ? options_.light_slots : options_.jobs + 1));
    REQUIRE(live <= (options_.max_live_groups > 0 ? options_.max_live_groups : options_.jobs + 1));
    REQUIRE((options_.memory_bytes == 0 || memory <= options_.memory_bytes || memory_takers == 1));
    if (options_.disk_bytes > 0 && disk > options_.disk_bytes) {
      REQUIRE(std::count_if(running_.begin(), running_.end(),
                            [&](const auto& one) { return graph_.tasks()[one.first].disk_bytes > 0; }) == 1);
    }
    trace_.most_heavy = std::max(trace_.most_heavy, slots[0]);
    trace_.most_live = std::max(trace_.most_live, live);
  }

  const TaskGraph& graph_;
  SchedulerOptions options_;
  Script script_;
  SchedulerCore core_;
  Time now_{0};
  bool stopped_ = false;
  std::map<TaskIndex, Running> running_;
  std::set<std::pair<Time, TaskIndex>> pending_;
  std::set<std::pair<Time, GroupIndex>> closing_;
  std::set<GroupIndex> open_;
  std::set<TaskIndex> finished_; ///< at least once
  std::set<std::pair<TaskIndex, int>> runs_;
  Trace trace_;
};

inline Trace simulate(const TaskGraph& graph, const SchedulerOptions& options = {}, Script script = {}) {
  return Simulation(graph, options, std::move(script)).run();
}

/// A task of a cell, by its phase; `needs` are phases of the same cell or whole ids (with a slash).
inline Task cell_task(const std::string& cell, std::string phase, const std::vector<std::string>& needs = {},
                      TaskClass task_class = TaskClass::heavy) {
  Task task;
  task.id = cell + "/" + phase;
  task.group = cell;
  task.phase = std::move(phase);
  for (const std::string& need : needs) {
    task.needs.push_back(need.find('/') == std::string::npos ? cell + "/" + need : need);
  }
  task.task_class = task_class;
  return task;
}

/// A task that belongs to no cell.
inline Task shared_task(std::string id) {
  Task task;
  task.phase = id.substr(0, id.find(':'));
  task.id = std::move(id);
  return task;
}

/// prepare → build → repair → test → collect, as a real cell has them.
inline std::vector<Task> whole_cell(const std::string& cell, const std::string& shared = {}) {
  std::vector<Task> tasks{cell_task(cell, "prepare", {}, TaskClass::light), cell_task(cell, "build", {"prepare"}),
                          cell_task(cell, "repair", {"build"}, TaskClass::light), cell_task(cell, "test", {"repair"}),
                          cell_task(cell, "collect", {"test"}, TaskClass::light)};
  tasks[1].durability = Durability::durable_result;
  tasks[2].durability = Durability::durable_result;
  if (!shared.empty()) {
    tasks[0].needs.push_back(shared);
  }
  return tasks;
}

inline TaskGraph graph_of(const std::vector<std::vector<Task>>& parts) {
  std::vector<Task> all;
  for (const auto& part : parts) {
    all.insert(all.end(), part.begin(), part.end());
  }
  auto graph = TaskGraph::make(std::move(all));
  if (!graph) {
    FAIL(graph.error().message);
  }
  return *std::move(graph);
}

inline const GroupReport& group(const TaskGraph& graph, const Trace& trace, std::string_view id) {
  for (GroupIndex index = 0; index < graph.groups().size(); ++index) {
    if (graph.groups()[index].id == id) {
      return trace.result.groups[index];
    }
  }
  FAIL("no group " << id);
  return trace.result.groups.front();
}

inline const TaskReport& task(const TaskGraph& graph, const Trace& trace, std::string_view id) {
  const auto index = graph.find(id);
  if (!index) {
    FAIL("no task " << id);
  }
  return trace.result.tasks[*index];
}

} // namespace wheelforge::schedule::simulation
