// The scheduler's promises on random graphs, and at ten thousand cells.
#include "orchestrator/schedule/scheduler_core.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/schedule_simulation.hpp"

#include <chrono>
#include <ctime>
#include <random>

using namespace wheelforge;
using namespace wheelforge::schedule;
using namespace wheelforge::schedule::simulation;
using namespace std::chrono_literals;

namespace {

using Random = std::mt19937;

int upto(Random& random, int most) { return std::uniform_int_distribution<int>(0, most)(random); }

/// Cells of one to six tasks that need any earlier tasks of their own and, now and then, one of an earlier cell or a
/// shared task.
std::vector<Task> random_tasks(Random& random) {
  std::vector<Task> tasks;
  const int shared = upto(random, 2);
  for (int index = 0; index < shared; ++index) {
    tasks.push_back(shared_task("shared:" + std::to_string(index)));
  }
  const int cells = 1 + upto(random, 11);
  for (int cell = 0; cell < cells; ++cell) {
    const std::size_t earlier = tasks.size();
    const int count = 1 + upto(random, 5);
    for (int step = 0; step < count; ++step) {
      Task task = cell_task("cell" + std::to_string(cell), "step" + std::to_string(step));
      for (std::size_t own = earlier; own < tasks.size(); ++own) {
        if (upto(random, 1) == 0) {
          task.needs.push_back(tasks[own].id);
        }
      }
      if (earlier > 0 && upto(random, 5) == 0) {
        task.needs.push_back(tasks[static_cast<std::size_t>(upto(random, static_cast<int>(earlier) - 1))].id);
      }
      if (cell > 0 && upto(random, 9) == 0) {
        task.after.push_back("cell" + std::to_string(upto(random, cell - 1)));
      }
      task.task_class = upto(random, 1) == 0 ? TaskClass::heavy : TaskClass::light;
      task.durability = upto(random, 2) == 0 ? Durability::durable_result : Durability::volatile_result;
      task.memory_bytes = static_cast<std::uint64_t>(upto(random, 1) * upto(random, 12));
      task.disk_bytes = static_cast<std::uint64_t>(upto(random, 1) * upto(random, 12));
      task.expected = std::chrono::milliseconds(upto(random, 3) * 500);
      if (upto(random, 7) == 0) {
        task.finished_before = "before";
      }
      tasks.push_back(std::move(task));
    }
  }
  return tasks;
}

SchedulerOptions random_options(Random& random) {
  SchedulerOptions options;
  options.jobs = 1 + upto(random, 3);
  options.light_slots = upto(random, 3);
  options.max_live_groups = upto(random, 4);
  options.memory_bytes = static_cast<std::uint64_t>(upto(random, 1) * 10);
  options.disk_bytes = static_cast<std::uint64_t>(upto(random, 1) * 10);
  options.retries = 2;
  options.compile_jobs = 4;
  return options;
}

/// What a task does is a function of its id and the attempt alone: most are fine, some always fail, some fail once or
/// twice temporarily or for lack of memory.
TaskOutcome fate(const Task& task, const Attempt& attempt, std::uint64_t seed) {
  const std::size_t dice = (std::hash<std::string>{}(task.id) ^ seed * 0x9e3779b97f4a7c15U) % 31;
  if (dice == 0) {
    return TaskOutcome::failed({"broken", ErrorKind::failed, {}});
  }
  if (dice <= 2 && attempt.number <= static_cast<int>(dice)) {
    return TaskOutcome::failed({"flaky", ErrorKind::temporary, {}});
  }
  if (dice == 3 && attempt.jobs == 4) {
    return TaskOutcome::out_of_memory({"killed", ErrorKind::failed, {}});
  }
  return dice == 4 ? TaskOutcome::skipped("nothing to do") : TaskOutcome::ok();
}

Script random_script(Random& random, std::uint64_t seed) {
  Script script;
  const auto pace = static_cast<std::uint64_t>(upto(random, 1000));
  script.run = [seed, pace](const Task& task, const Attempt& attempt) {
    Random own(static_cast<unsigned>(std::hash<std::string>{}(task.id) ^ pace ^ static_cast<unsigned>(attempt.number)));
    return Run{std::chrono::milliseconds(upto(own, 3000)), fate(task, attempt, seed), upto(own, 1) == 0};
  };
  script.close = std::chrono::milliseconds(upto(random, 300));
  return script;
}

void check_terminal(const TaskGraph& graph, const Trace& trace) {
  REQUIRE(trace.events.back().kind == EventKind::run_finished);
  for (GroupIndex index = 0; index < graph.groups().size(); ++index) {
    const Group& one = graph.groups()[index];
    const GroupReport& report = trace.result.groups[index];
    const bool all_fine = std::all_of(one.tasks.begin(), one.tasks.end(), [&](TaskIndex task) {
      const TaskStatus status = trace.result.tasks[task].status;
      return status == TaskStatus::ok || status == TaskStatus::skipped;
    });
    REQUIRE((report.status == GroupStatus::ok) == all_fine);
    REQUIRE(report.status != GroupStatus::retrying);
    REQUIRE(report.error.message.empty() == all_fine);
    // Each attempt that was opened was closed, and the last with the final status.
    const auto opened = trace.attempts.find(one.id);
    const auto closed = trace.closings.find(one.id);
    REQUIRE((opened == trace.attempts.end()) == (closed == trace.closings.end()));
    if (opened != trace.attempts.end()) {
      REQUIRE(opened->second.size() == closed->second.size());
      REQUIRE(report.attempts == static_cast<int>(opened->second.size()));
    }
  }
}

std::vector<GroupStatus> statuses(const Trace& trace) {
  std::vector<GroupStatus> all;
  for (const GroupReport& report : trace.result.groups) {
    all.push_back(report.status);
  }
  return all;
}

} // namespace

TEST_CASE("on random graphs budgets hold, every task runs at most once an attempt, and everything ends") {
  int graphs = 0;
  for (unsigned seed = 0; seed < 600; ++seed) {
    Random random(seed);
    auto made = TaskGraph::make(random_tasks(random));
    if (!made) {
      continue; // groups that wait for each other
    }
    ++graphs;
    const TaskGraph graph = *std::move(made);
    INFO("seed " << seed);
    SchedulerOptions options = random_options(random);
    if (upto(random, 3) == 0) {
      options.on_failure = OnFailure::fail_fast;
    }
    Script script = random_script(random, seed);
    if (upto(random, 3) == 0) {
      script.stop_at = std::chrono::milliseconds(upto(random, 10000));
    }
    check_terminal(graph, simulate(graph, options, script));
  }
  CHECK(graphs > 400);
}

TEST_CASE("on random graphs what becomes of each group does not depend on timing or budgets") {
  for (unsigned seed = 0; seed < 300; ++seed) {
    Random random(seed);
    auto made = TaskGraph::make(random_tasks(random));
    if (!made) {
      continue;
    }
    const TaskGraph graph = *std::move(made);
    INFO("seed " << seed);
    // A group with several fates may end its attempt with either first; one cell, one fate.
    std::map<GroupIndex, TaskIndex> fated;
    const auto single_fate = [&](const Task& task, const Attempt& attempt) {
      const TaskIndex index = *graph.find(task.id);
      const GroupIndex own = graph.links()[index].group;
      const bool is_fated = fated.emplace(own, index).first->second == index;
      return is_fated ? fate(task, attempt, seed) : TaskOutcome::ok();
    };
    for (TaskIndex task = 0; task < graph.tasks().size(); ++task) {
      if (fate(graph.tasks()[task], {1, 4}, seed).kind != TaskOutcome::Kind::ok) {
        fated.emplace(graph.links()[task].group, task);
      }
    }
    std::vector<GroupStatus> first;
    for (int variant = 0; variant < 4; ++variant) {
      Script script = random_script(random, seed);
      const auto timed = script.run;
      script.run = [&](const Task& task, const Attempt& attempt) {
        Run run = timed(task, attempt);
        run.outcome = single_fate(task, attempt);
        return run;
      };
      const Trace trace = simulate(graph, random_options(random), script);
      check_terminal(graph, trace);
      if (variant == 0) {
        first = statuses(trace);
      }
      REQUIRE(statuses(trace) == first);
    }
  }
}

TEST_CASE("no ready task waits for bytes for ever") {
  // Small tasks come without end before the large one by every rule of order; it starts all the same, soon.
  for (unsigned seed = 0; seed < 20; ++seed) {
    Random random(seed);
    std::vector<Task> tasks;
    for (int index = 0; index < 400; ++index) {
      Task task = cell_task("cell" + std::to_string(index), "build");
      task.memory_bytes = static_cast<std::uint64_t>(1 + upto(random, 4));
      task.expected = 5s;
      tasks.push_back(std::move(task));
    }
    tasks[10].memory_bytes = 10;
    tasks[10].id = "large/build";
    const auto graph = graph_of({tasks});
    SchedulerOptions options;
    options.jobs = 4;
    options.memory_bytes = 10;
    const Trace trace = simulate(graph, options, random_script(random, 7));
    const auto place = std::find(trace.starts.begin(), trace.starts.end(), "large/build") - trace.starts.begin();
    CHECK(place < 40);
  }
}

TEST_CASE("ten thousand cells with failures, retries and a stop take the core well under a second") {
  std::vector<std::vector<Task>> parts{{shared_task("before-all:one"), shared_task("before-all:two")}};
  for (int cell = 0; cell < 10000; ++cell) {
    parts.push_back(whole_cell("cp312-manylinux_2_28_x86_64+variant-" + std::to_string(cell),
                               cell % 2 == 0 ? "before-all:one" : "before-all:two"));
  }
  const auto graph = graph_of(parts);
  SchedulerOptions options;
  options.jobs = 16;
  SchedulerCore core(graph, options);
  // Driven by hand, without the simulation's own checks: what counts is the core's time.
  const std::clock_t begin = std::clock(); // processor time, so that a busy machine changes nothing
  std::chrono::milliseconds now{0};
  std::vector<Action> actions = core.advance(now);
  std::size_t events = core.take_events().size();
  std::size_t starts = 0;
  while (!core.is_done()) {
    for (const Action& action : actions) {
      if (action.kind == Action::Kind::start_task) {
        ++starts;
        core.task_finished(action.task, fate(graph.tasks()[action.task], action.attempt, 1), now);
      } else if (action.kind == Action::Kind::close_group) {
        core.group_closed(action.group, now);
      }
    }
    if (starts == 40000) {
      core.request_stop(now);
    }
    now = std::max(now + 1ms, core.next_wakeup() && actions.empty() ? *core.next_wakeup() : now);
    actions = core.advance(now);
    events += core.take_events().size();
  }
  const double seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  CHECK(starts > 30000);
  CHECK(events > 100000);
  CHECK(seconds < 5.0); // a debug build, or one under sanitizers; an optimised one takes a small part of that
}
