// From cells and their steps to tasks that wait for each other.
#include "orchestrator/pipeline/run.hpp"

#include "orchestrator/pipeline/before_all.hpp"
#include "orchestrator/pipeline/expected_time.hpp"
#include "orchestrator/pipeline/front_end.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace wheelforge::pipeline {
namespace {

using plan::StepKind;

bool is_heavy(StepKind kind) {
  return kind == StepKind::before_all || kind == StepKind::before_build || kind == StepKind::build ||
         kind == StepKind::test;
}

/// Cells by what an abi3 wheel could be shared across: for each, the cell of the oldest Python with a GIL.
std::map<std::string, const plan::PlannedCell*> oldest_of_family(const plan::Plan& plan) {
  std::map<std::string, const plan::PlannedCell*> oldest;
  for (const plan::PlannedCell& cell : plan.cells) {
    if (!cell.is_in() || !cell.cell.python.tag.is_cpython() || cell.cell.python.is_free_threaded) {
      continue;
    }
    const auto [known, is_new] = oldest.emplace(family(cell.cell), &cell);
    if (!is_new && cell.cell.python.tag < known->second->cell.python.tag) {
      known->second = &cell;
    }
  }
  return oldest;
}

std::string task_id(const plan::PlannedCell& cell, const std::string& step) { return cell.cell.id.text + "/" + step; }

/// Whether a step's result is a file or a word that outlives its container.
bool is_kept(StepKind kind) {
  return kind == StepKind::build || kind == StepKind::repair || kind == StepKind::audit || kind == StepKind::test ||
         kind == StepKind::collect;
}

/// What a step of a cell waits for. Steps in the build container wait for all that made its state and for the wheel as
/// built; audit and tests wait for the finished wheel, collecting for audit and tests.
std::vector<std::string> needs_of(const plan::PlannedCell& cell, std::size_t position) {
  const StepKind kind = cell.steps[position].kind;
  std::vector<std::string> needs;
  std::string finished_wheel;
  for (std::size_t i = 0; i < position; ++i) {
    const StepKind other = cell.steps[i].kind;
    const std::string id = task_id(cell, to_string(cell.steps[i]));
    if (other == StepKind::before_all) {
      continue; // shared, see task_graph()
    }
    if (other == StepKind::build || other == StepKind::repair) {
      finished_wheel = id;
    }
    const bool is_check = other == StepKind::audit || other == StepKind::test;
    if (kind == StepKind::collect ? is_check : kind != StepKind::audit && kind != StepKind::test && !is_check) {
      needs.push_back(id);
    }
  }
  if (kind == StepKind::audit || kind == StepKind::test) {
    needs.push_back(finished_wheel);
  }
  return needs;
}

/// What earlier runs say about a task.
void add_history(schedule::Task& task, const TaskHistory& history) {
  if (history.journal == nullptr) {
    return;
  }
  if (!task.expected) {
    task.expected = history.journal->last_duration(task.id);
  }
  if (task.task_class == schedule::TaskClass::heavy && task.phase == "build") {
    // A quarter on top: the next version of a project is seldom exactly as big.
    const auto peak = history.journal->last_peak_memory(task.id);
    task.memory_bytes = peak ? *peak + *peak / 4 : history.declared_memory_bytes;
    task.disk_bytes = history.declared_disk_bytes;
  }
}

} // namespace

Result<schedule::TaskGraph> task_graph(const plan::Plan& plan, const Outlook& outlook, const TaskHistory& history,
                                       bool announces_abi3) {
  std::vector<schedule::Task> tasks;
  std::set<std::string> shared;
  const auto oldest = announces_abi3 ? oldest_of_family(plan) : std::map<std::string, const plan::PlannedCell*>{};
  for (const plan::PlannedCell& cell : plan.cells) {
    if (!cell.is_in()) {
      continue;
    }
    const std::string before_all = before_all_task(cell);
    if (!before_all.empty() && shared.insert(before_all).second) {
      schedule::Task task;
      task.id = before_all;
      task.phase = "before-all";
      add_history(task, history);
      tasks.push_back(std::move(task));
    }
    const auto known = outlook.find(cell.cell.id.text);
    for (std::size_t i = 0; i < cell.steps.size(); ++i) {
      const plan::Step& step = cell.steps[i];
      if (step.kind == StepKind::before_all) {
        continue; // shared, see above
      }
      schedule::Task task;
      task.id = task_id(cell, to_string(step));
      task.group = cell.cell.id.text;
      task.phase = to_string(step);
      task.needs = needs_of(cell, i);
      task.task_class = is_heavy(step.kind) ? schedule::TaskClass::heavy : schedule::TaskClass::light;
      if (is_kept(step.kind)) {
        task.durability = schedule::Durability::durable_result;
      }
      if (const StepOutlook* one = known == outlook.end() ? nullptr : known->second.find(to_string(step));
          one != nullptr && !one->runs) {
        task.finished_before = one->reason;
      }
      if (step.kind == StepKind::build && cell.cell.options->build.jobs) {
        task.compile_jobs = static_cast<int>(*cell.cell.options->build.jobs);
      }
      if (history.journal != nullptr) {
        task.expected = expected_time(plan, cell, task.phase, *history.journal);
      }
      add_history(task, history);
      if (step.kind == StepKind::prepare && !before_all.empty()) {
        task.needs.push_back(before_all);
      }
      const auto first = oldest.find(family(cell.cell));
      if (step.kind == StepKind::prepare && first != oldest.end() && first->second != &cell &&
          cell.cell.python.tag.is_cpython() && !cell.cell.python.is_free_threaded) {
        task.after.push_back(first->second->cell.id.text);
      }
      tasks.push_back(std::move(task));
    }
  }
  return schedule::TaskGraph::make(std::move(tasks));
}

} // namespace wheelforge::pipeline
