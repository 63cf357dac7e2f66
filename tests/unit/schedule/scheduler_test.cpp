// The threaded scheduler: hooks, stops, time limits and events around the core.
#include "orchestrator/schedule/scheduler.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/fake_clock.hpp"

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <stdexcept>

using namespace wheelforge;
using namespace wheelforge::schedule;
using namespace std::chrono_literals;

namespace {

/// Calls a function for each run; counts what the hooks are called with.
class ScriptedRunner final : public TaskRunner {
public:
  std::function<TaskOutcome(const Task&, const Attempt&, std::stop_token)> script;

  TaskOutcome run(const Task& task, const Attempt& attempt, std::stop_token stop) override {
    {
      const std::lock_guard lock(mutex);
      CHECK(open.contains(task.group.empty() ? task.id : task.group));
      ++runs[task.id];
    }
    return script ? script(task, attempt, std::move(stop)) : TaskOutcome::ok();
  }
  void group_started(const Group& group, const Attempt&) override {
    const std::lock_guard lock(mutex);
    CHECK(open.insert(group.id).second);
  }
  void group_finished(const Group& group, const Attempt&, GroupStatus status) override {
    const std::lock_guard lock(mutex);
    CHECK(open.erase(group.id) == 1);
    ended[group.id].push_back(status);
  }

  std::mutex mutex;
  std::set<std::string> open;
  std::map<std::string, int> runs;
  std::map<std::string, std::vector<GroupStatus>> ended;
};

Task task_of(std::string group, std::string phase, std::vector<std::string> needs = {}) {
  Task task;
  task.id = group + "/" + phase;
  task.group = std::move(group);
  task.phase = std::move(phase);
  task.needs = std::move(needs);
  return task;
}

/// Returns when a stop is requested.
void wait_for_stop(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any changed;
  std::unique_lock lock(mutex);
  changed.wait(lock, stop, [] { return false; });
}

TaskOutcome cancelled() { return TaskOutcome::failed({"stopped", ErrorKind::cancelled, {}}); }

} // namespace

TEST_CASE("a thousand groups on eight threads all run once, with their hooks") {
  std::vector<Task> tasks;
  for (int group = 0; group < 1000; ++group) {
    const std::string id = std::to_string(group);
    tasks.push_back(task_of(id, "build"));
    tasks.push_back(task_of(id, "test", {id + "/build"}));
  }
  const auto graph = TaskGraph::make(tasks);
  REQUIRE(graph);
  host::FakeClock clock;
  ScriptedRunner runner;
  SchedulerOptions options;
  options.jobs = 8;
  const ScheduleResult result = run_tasks(*graph, options, runner, clock, nullptr, {});
  CHECK(runner.runs.size() == 2000);
  CHECK(runner.ended.size() == 1000);
  CHECK(runner.open.empty());
  for (const GroupReport& report : result.groups) {
    REQUIRE(report.status == GroupStatus::ok);
  }
}

TEST_CASE("a stop reaches the running task and ends the run") {
  const auto graph = TaskGraph::make({task_of("a", "build"), task_of("b", "build")});
  REQUIRE(graph);
  host::FakeClock clock;
  ScriptedRunner runner;
  std::stop_source ctrl_c;
  runner.script = [&](const Task&, const Attempt&, const std::stop_token& stop) {
    ctrl_c.request_stop();
    wait_for_stop(stop);
    return cancelled();
  };
  const ScheduleResult result = run_tasks(*graph, {}, runner, clock, nullptr, ctrl_c.get_token());
  CHECK(result.stopped);
  CHECK(result.groups[0].status == GroupStatus::cancelled);
  CHECK(result.groups[1].status == GroupStatus::cancelled);
  CHECK(runner.runs.size() == 1);
  CHECK(runner.ended["a"] == std::vector{GroupStatus::cancelled});
}

TEST_CASE("a stop requested before the start runs nothing") {
  const auto graph = TaskGraph::make({task_of("a", "build")});
  REQUIRE(graph);
  host::FakeClock clock;
  ScriptedRunner runner;
  std::stop_source ctrl_c;
  ctrl_c.request_stop();
  CHECK(run_tasks(*graph, {}, runner, clock, nullptr, ctrl_c.get_token()).stopped);
  CHECK(runner.runs.empty());
}

TEST_CASE("the time limit stops a task that would run for ever") {
  Task endless = task_of("a", "build");
  endless.time_limit = 5min;
  const auto graph = TaskGraph::make({endless});
  REQUIRE(graph);
  host::FakeClock clock;
  ScriptedRunner runner;
  runner.script = [](const Task&, const Attempt&, const std::stop_token& stop) {
    wait_for_stop(stop);
    return cancelled();
  };
  const ScheduleResult result = run_tasks(*graph, {}, runner, clock, nullptr, {});
  CHECK(result.groups[0].error.message == "time limit of 5m reached");
}

TEST_CASE("a backoff is waited for on the clock") {
  const auto graph = TaskGraph::make({task_of("a", "pull")});
  REQUIRE(graph);
  host::FakeClock clock;
  ScriptedRunner runner;
  runner.script = [](const Task&, const Attempt& attempt, const std::stop_token&) {
    return attempt.number < 3 ? TaskOutcome::failed({"no route", ErrorKind::temporary, {}}) : TaskOutcome::ok();
  };
  const ScheduleResult result = run_tasks(*graph, {}, runner, clock, nullptr, {});
  CHECK(result.groups[0].status == GroupStatus::ok);
  CHECK(runner.ended["a"] == std::vector{GroupStatus::retrying, GroupStatus::retrying, GroupStatus::ok});
  CHECK(clock.steady().time_since_epoch() > 2s);
}

TEST_CASE("an exception in a task fails the task as a fault of the program") {
  const auto graph = TaskGraph::make({task_of("a", "build"), task_of("b", "build")});
  REQUIRE(graph);
  host::FakeClock clock;
  ScriptedRunner runner;
  runner.script = [](const Task& task, const Attempt&, const std::stop_token&) -> TaskOutcome {
    if (task.group == "a") {
      throw std::runtime_error("surprise");
    }
    return TaskOutcome::ok();
  };
  const ScheduleResult result = run_tasks(*graph, {}, runner, clock, nullptr, {});
  CHECK(result.groups[0].error == Error{"task 'a/build' threw an exception: surprise", ErrorKind::internal, ""});
  CHECK(result.groups[1].status == GroupStatus::ok);
}

TEST_CASE("the events tell the whole run, a task's start before what it posts itself") {
  const auto graph = TaskGraph::make({task_of("a", "build")});
  REQUIRE(graph);
  host::FakeClock clock;
  EventStream stream(clock);
  std::vector<std::string> lines;
  stream.subscribe([&](const Event& event) {
    lines.push_back(std::string(to_string(event.kind)) + " " + event.task + event.status);
  });
  ScriptedRunner runner;
  runner.script = [&](const Task& task, const Attempt&, const std::stop_token&) {
    Event log;
    log.kind = EventKind::log_written;
    log.task = task.id;
    stream.post(log);
    return TaskOutcome::ok();
  };
  static_cast<void>(run_tasks(*graph, {}, runner, clock, &stream, {}));
  stream.flush();
  CHECK(lines == std::vector<std::string>{"run.started ", "group.queued ", "task.queued a/build", "group.started ",
                                          "task.started a/build", "log a/build", "task.finished a/buildok",
                                          "group.finished ok", "run.finished ok"});
}
