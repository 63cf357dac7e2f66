// The scheduler's rules, in logical time.
#include "orchestrator/schedule/scheduler_core.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/schedule_simulation.hpp"

using namespace wheelforge;
using namespace wheelforge::schedule;
using namespace wheelforge::schedule::simulation;
using namespace std::chrono_literals;

namespace {
using Strings = std::vector<std::string>;

/// The named task ends like this in its first `times` attempts.
Script failing(std::string id, TaskOutcome outcome, int times = 1000) {
  Script script;
  script.run = [=](const Task& task, const Attempt& attempt) {
    return Run{1000ms, task.id == id && attempt.number <= times ? outcome : TaskOutcome::ok(), true};
  };
  return script;
}

TaskOutcome temporary() { return TaskOutcome::failed({"no route to registry", ErrorKind::temporary, {}}); }
TaskOutcome broken() { return TaskOutcome::failed({"compiler says no", ErrorKind::failed, {}}); }

Strings of_kind(const Trace& trace, EventKind kind) {
  Strings ids;
  for (const Event& event : trace.events) {
    if (event.kind == kind) {
      ids.push_back(event.task.empty() ? event.group : event.task);
    }
  }
  return ids;
}
} // namespace

TEST_CASE("an empty schedule is done at once and says so") {
  const auto graph = graph_of({});
  const Trace trace = simulate(graph);
  REQUIRE(trace.events.size() == 2);
  CHECK(trace.events[0].kind == EventKind::run_started);
  CHECK(trace.events[1].kind == EventKind::run_finished);
  CHECK(trace.events[1].status == "ok");
}

TEST_CASE("one cell runs its tasks in order, in one attempt") {
  const auto graph = graph_of({whole_cell("a")});
  const Trace trace = simulate(graph);
  CHECK(trace.starts == Strings{"a/prepare", "a/build", "a/repair", "a/test", "a/collect"});
  CHECK(group(graph, trace, "a") == GroupReport{GroupStatus::ok, {}, 1, 0ms, 5000ms});
  CHECK(task(graph, trace, "a/repair") == TaskReport{TaskStatus::ok, {}, "", 1, 2000ms, 1000ms});
  CHECK(trace.attempts.at("a") == std::vector<Attempt>{{1, 1}});
  CHECK(trace.closings.at("a") == std::vector{GroupStatus::ok});
}

TEST_CASE("the next cell is prepared while the present one compiles, and a finished build goes on first") {
  const auto graph = graph_of({whole_cell("a"), whole_cell("b"), whole_cell("c")});
  const Trace trace = simulate(graph);
  CHECK(trace.most_live == 2);
  CHECK(trace.most_heavy == 1);
  CHECK(of_kind(trace, EventKind::group_finished) == Strings{"a", "b", "c"});
  CHECK(trace.starts[1] == "b/prepare");
  CHECK(task(graph, trace, "b/build").started == 2000ms); // the moment a/build ends
  CHECK(task(graph, trace, "a/test").started == 3000ms);  // before b/test, and before c is prepared
  CHECK(trace.end == 10000ms);                            // 15 s one after the other
}

TEST_CASE("groups with the longest expected work start first, then plan order") {
  auto a = whole_cell("a");
  auto b = whole_cell("b");
  auto c = whole_cell("c");
  a[1].expected = 5s;
  b[1].expected = 5s;
  c[1].expected = 60s;
  const auto graph = graph_of({a, b, c});
  SchedulerOptions one;
  one.max_live_groups = 1;
  CHECK(of_kind(simulate(graph, one), EventKind::group_finished) == Strings{"c", "a", "b"});
}

TEST_CASE("a shared task that much work waits for starts before that work's equals") {
  const auto graph =
      graph_of({whole_cell("x"), {shared_task("before-all:image")}, whole_cell("a", "before-all:image")});
  SchedulerOptions one;
  one.max_live_groups = 1;
  const Trace trace = simulate(graph, one);
  CHECK(trace.starts.front() == "before-all:image");
  CHECK(task(graph, trace, "a/prepare").started >= 1000ms);
}

TEST_CASE("a failed task takes down what needs it and nothing else") {
  const auto graph =
      graph_of({{cell_task("a", "build"), cell_task("a", "test:one", {"build"}), cell_task("a", "test:two", {"build"}),
                 cell_task("a", "collect", {"test:one", "test:two"})},
                whole_cell("b")});
  const Trace trace = simulate(graph, {}, failing("a/test:one", broken()));
  CHECK(task(graph, trace, "a/test:one").status == TaskStatus::failed);
  CHECK(task(graph, trace, "a/test:two").status == TaskStatus::ok);
  CHECK(task(graph, trace, "a/collect").status == TaskStatus::not_run);
  CHECK(task(graph, trace, "a/collect").error.message ==
        "not run: it needs 'a/test:one', which failed: compiler says no");
  CHECK(group(graph, trace, "a").status == GroupStatus::failed);
  CHECK(group(graph, trace, "a").error == Error{"compiler says no", ErrorKind::failed, ""});
  CHECK(group(graph, trace, "b").status == GroupStatus::ok);
  CHECK(trace.events.back().status == "failed");
}

TEST_CASE("a failed shared task fails all that need it, by name, before they open") {
  const auto graph = graph_of({{shared_task("before-all:x")}, whole_cell("a", "before-all:x"), whole_cell("b")});
  const Trace trace = simulate(graph, {}, failing("before-all:x", broken()));
  CHECK(group(graph, trace, "a").status == GroupStatus::not_run);
  CHECK(group(graph, trace, "a").error.message == "not run: it needs 'before-all:x', which failed: compiler says no");
  CHECK(group(graph, trace, "a").attempts == 0);
  CHECK_FALSE(trace.attempts.contains("a"));
  CHECK(group(graph, trace, "b").status == GroupStatus::ok);
}

TEST_CASE("another group's durable result is enough; of a volatile one the whole group must be fine") {
  auto first = whole_cell("a");
  auto second = whole_cell("b");
  SECTION("durable") {
    second[0].needs = {"a/build"};
    const auto graph = graph_of({first, second});
    const Trace trace = simulate(graph, {}, failing("a/test", broken()));
    CHECK(group(graph, trace, "b").status == GroupStatus::ok);
  }
  SECTION("volatile") {
    second[0].needs = {"a/prepare"};
    const auto graph = graph_of({first, second});
    const Trace trace = simulate(graph, {}, failing("a/test", broken()));
    CHECK(group(graph, trace, "b").status == GroupStatus::not_run);
    CHECK(group(graph, trace, "b").error.message == "not run: it needs 'a', which failed: compiler says no");
    CHECK(group(graph, simulate(graph), "b").started == 5000ms);
  }
}

TEST_CASE("a group that comes after another starts when that has ended, well or not") {
  auto b = whole_cell("b");
  b[0].after = {"a"};
  const auto graph = graph_of({whole_cell("a"), b});
  const Trace good = simulate(graph);
  CHECK(task(graph, good, "b/prepare").started == 5000ms);
  const Trace bad = simulate(graph, {}, failing("a/build", broken()));
  CHECK(group(graph, bad, "a").status == GroupStatus::failed);
  CHECK(group(graph, bad, "b").status == GroupStatus::ok);
  CHECK(task(graph, bad, "b/prepare").started == 2000ms);
  const Trace retried = simulate(graph, {}, failing("a/build", temporary(), 1));
  CHECK(task(graph, retried, "b/prepare").started >= group(graph, retried, "a").finished);
}

TEST_CASE("a temporary failure is retried with backoff, without what is durable and finished") {
  const auto graph = graph_of({whole_cell("a")});
  const Trace trace = simulate(graph, {}, failing("a/test", temporary(), 2));
  CHECK(group(graph, trace, "a").status == GroupStatus::ok);
  CHECK(group(graph, trace, "a").attempts == 3);
  CHECK(trace.starts == Strings{"a/prepare", "a/build", "a/repair", "a/test", "a/test", "a/test", "a/collect"});
  CHECK(trace.closings.at("a") == std::vector{GroupStatus::retrying, GroupStatus::retrying, GroupStatus::ok});
  std::vector<std::chrono::milliseconds> waits;
  for (const Event& event : trace.events) {
    if (event.kind == EventKind::task_retrying) {
      waits.push_back(*event.wait);
    }
  }
  REQUIRE(waits.size() == 2);
  CHECK((waits[0] >= 750ms && waits[0] <= 1250ms));
  CHECK((waits[1] >= 1500ms && waits[1] <= 2500ms));
}

TEST_CASE("a retry repeats the volatile tasks that the failed one needs") {
  auto cell = whole_cell("a");
  const auto graph = graph_of({cell});
  const Trace trace = simulate(graph, {}, failing("a/build", temporary(), 1));
  CHECK(trace.starts == Strings{"a/prepare", "a/build", "a/prepare", "a/build", "a/repair", "a/test", "a/collect"});
}

TEST_CASE("when the retries are used up the group has failed, with the temporary error") {
  const auto graph = graph_of({whole_cell("a"), whole_cell("b")});
  SchedulerOptions options;
  options.retries = 3;
  const Trace trace = simulate(graph, options, failing("a/prepare", temporary()));
  CHECK(group(graph, trace, "a").status == GroupStatus::failed);
  CHECK(group(graph, trace, "a").error.kind == ErrorKind::temporary);
  CHECK(group(graph, trace, "a").attempts == 4);
  CHECK(group(graph, trace, "b").attempts == 1);
}

TEST_CASE("a backoff holds no slot and no place") {
  const auto graph = graph_of({whole_cell("a"), whole_cell("b")});
  SchedulerOptions options;
  options.max_live_groups = 1;
  options.first_backoff = 1h;
  options.longest_backoff = 2h;
  const Trace trace = simulate(graph, options, failing("a/prepare", temporary(), 1));
  CHECK(group(graph, trace, "b").finished == 6000ms);
  CHECK(group(graph, trace, "a").finished > 45min);
}

TEST_CASE("a temporary failure stops its siblings, which run again") {
  const auto graph = graph_of({{cell_task("a", "one"), cell_task("a", "two")}});
  SchedulerOptions options;
  options.jobs = 2;
  Script script;
  script.run = [](const Task& task, const Attempt& attempt) {
    return task.phase == "one" ? Run{1000ms, attempt.number == 1 ? temporary() : TaskOutcome::ok(), true}
                               : Run{1h, TaskOutcome::ok(), true};
  };
  const Trace trace = simulate(graph, options, script);
  CHECK(trace.starts == Strings{"a/one", "a/two", "a/one", "a/two"});
  CHECK(group(graph, trace, "a").status == GroupStatus::ok);
  CHECK(trace.end < 61min);
}

TEST_CASE("running out of memory halves the jobs once") {
  const auto graph = graph_of({whole_cell("a")});
  SchedulerOptions options;
  options.compile_jobs = 8;
  const auto out_of_memory = TaskOutcome::out_of_memory({"killed at 4 GiB", ErrorKind::failed, {}});
  SECTION("it is enough") {
    const Trace trace = simulate(graph, options, failing("a/build", out_of_memory, 1));
    CHECK(trace.attempts.at("a") == std::vector<Attempt>{{1, 8}, {2, 4}});
    CHECK(group(graph, trace, "a").status == GroupStatus::ok);
  }
  SECTION("it is not") {
    const Trace trace = simulate(graph, options, failing("a/build", out_of_memory));
    CHECK(trace.attempts.at("a").size() == 2);
    CHECK(group(graph, trace, "a").error.message == "killed at 4 GiB");
  }
  SECTION("one job cannot be halved") {
    options.compile_jobs = 1;
    CHECK(simulate(graph, options, failing("a/build", out_of_memory)).attempts.at("a").size() == 1);
  }
}

TEST_CASE("a task over its time limit is stopped and failed, one within it is not") {
  auto cell = whole_cell("a");
  cell[1].time_limit = 30min;
  const auto graph = graph_of({cell});
  Script script;
  SECTION("over") {
    script.run = [](const Task&, const Attempt&) { return Run{31min, TaskOutcome::ok(), true}; };
    const Trace trace = simulate(graph, {}, script);
    CHECK(task(graph, trace, "a/build").error.message == "time limit of 30m reached");
    CHECK(task(graph, trace, "a/build").duration == 30min);
    CHECK(group(graph, trace, "a").status == GroupStatus::failed);
  }
  SECTION("it ended well although it was stopped") {
    script.run = [](const Task&, const Attempt&) { return Run{31min, TaskOutcome::ok(), false}; };
    CHECK(group(graph, simulate(graph, {}, script), "a").status == GroupStatus::ok);
  }
  SECTION("within") {
    script.run = [](const Task&, const Attempt&) { return Run{29min, TaskOutcome::ok(), true}; };
    CHECK(group(graph, simulate(graph, {}, script), "a").status == GroupStatus::ok);
  }
}

TEST_CASE("a stop cancels what runs and what waits, and closes what is open") {
  const auto graph = graph_of({whole_cell("a"), whole_cell("b"), whole_cell("c")});
  Script script;
  script.stop_at = 4500ms; // a/test runs, b is prepared, c has not begun
  const Trace trace = simulate(graph, {}, script);
  CHECK(trace.result.stopped);
  CHECK(group(graph, trace, "a").status == GroupStatus::cancelled);
  CHECK(task(graph, trace, "a/build").status == TaskStatus::ok);
  CHECK(group(graph, trace, "c").error == Error{"stopped before it began", ErrorKind::cancelled, ""});
  CHECK(trace.closings.at("a") == std::vector{GroupStatus::cancelled});
  CHECK_FALSE(trace.closings.contains("c"));
  CHECK(trace.end == 4500ms);
  CHECK(trace.events.back().status == "cancelled");
}

TEST_CASE("a stop ends a backoff with the error that caused it") {
  const auto graph = graph_of({whole_cell("a")});
  SchedulerOptions options;
  options.first_backoff = 1h;
  options.longest_backoff = 1h;
  Script script = failing("a/build", temporary());
  script.stop_at = 10s;
  const Trace trace = simulate(graph, options, script);
  CHECK(trace.end == 10s);
  CHECK(group(graph, trace, "a").error == Error{"no route to registry", ErrorKind::temporary, ""});
  CHECK(task(graph, trace, "a/test").status == TaskStatus::cancelled);
}

TEST_CASE("fail-fast lets running tasks end and starts nothing more") {
  const auto graph = graph_of({whole_cell("a"), whole_cell("b"), whole_cell("c")});
  SchedulerOptions options;
  options.jobs = 2;
  options.on_failure = OnFailure::fail_fast;
  Script script;
  script.run = [](const Task& task, const Attempt&) {
    return Run{task.id == "b/build" ? 3000ms : 1000ms, task.id == "a/build" ? broken() : TaskOutcome::ok(), true};
  };
  const Trace trace = simulate(graph, options, script);
  CHECK(group(graph, trace, "a").status == GroupStatus::failed);
  CHECK(task(graph, trace, "b/build").status == TaskStatus::ok);
  CHECK(group(graph, trace, "b").status == GroupStatus::not_run);
  CHECK(group(graph, trace, "b").error.message == "not run: 'a/build' failed, and the first failure ends the run");
  CHECK(task(graph, trace, "c/build").runs == 0);
}

TEST_CASE("what was finished before does not run, nor what only it needed") {
  auto cell = whole_cell("a");
  cell[1].finished_before = "unchanged since yesterday";
  SECTION("the rest does") {
    const auto graph = graph_of({cell});
    const Trace trace = simulate(graph);
    CHECK(trace.starts == Strings{"a/repair", "a/test", "a/collect"});
    CHECK(task(graph, trace, "a/build").reason == "unchanged since yesterday");
    CHECK(task(graph, trace, "a/prepare").status == TaskStatus::skipped);
  }
  SECTION("nothing is left: no hook is called") {
    for (Task& one : cell) {
      one.finished_before = "unchanged";
    }
    const auto graph = graph_of({cell, {shared_task("s")}});
    const Trace trace = simulate(graph);
    CHECK(trace.starts == Strings{"s"});
    CHECK(group(graph, trace, "a").status == GroupStatus::ok);
    CHECK(group(graph, trace, "a").attempts == 0);
    CHECK_FALSE(trace.attempts.contains("a"));
  }
}

TEST_CASE("a task larger than the whole memory runs alone, and is not overtaken for ever") {
  std::vector<Task> tasks;
  for (int cell = 0; cell < 100; ++cell) {
    Task task = cell_task("small" + std::to_string(cell), "build");
    task.memory_bytes = 40;
    task.expected = 10s;
    tasks.push_back(task);
  }
  Task large = cell_task("large", "build");
  large.memory_bytes = 1000;
  large.expected = 20s;
  tasks.insert(tasks.begin() + 50, large);
  const auto graph = graph_of({tasks});
  SchedulerOptions options;
  options.jobs = 2;
  options.memory_bytes = 100;
  Script script;
  script.run = [](const Task& task, const Attempt&) {
    return Run{task.group.size() % 2 == 0 ? 900ms : 1000ms, TaskOutcome::ok(), true}; // never end together at first
  };
  const Trace trace = simulate(graph, options, script);
  const auto place = std::find(trace.starts.begin(), trace.starts.end(), "large/build") - trace.starts.begin();
  CHECK(place < 20);
}
