// From cells and their steps to tasks that wait for each other.
#include "orchestrator/pipeline/run.hpp"

#include "orchestrator/pipeline/before_all.hpp"
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

/// What a step of a cell waits for: the step before it; tests wait for the repair, collecting for audit and tests.
std::vector<std::string> needs_of(const plan::PlannedCell& cell, std::size_t position) {
  const StepKind kind = cell.steps[position].kind;
  std::vector<std::string> needs;
  const auto add_last = [&](auto accepts) {
    for (std::size_t i = position; i-- > 0;) {
      if (cell.steps[i].kind != StepKind::before_all && accepts(cell.steps[i].kind)) {
        needs.push_back(task_id(cell, to_string(cell.steps[i])));
        return;
      }
    }
  };
  if (kind == StepKind::test || kind == StepKind::audit) {
    add_last([](StepKind other) { return other == StepKind::repair; });
  } else if (kind == StepKind::collect) {
    for (std::size_t i = 0; i < position; ++i) {
      if (cell.steps[i].kind == StepKind::audit || cell.steps[i].kind == StepKind::test) {
        needs.push_back(task_id(cell, to_string(cell.steps[i])));
      }
    }
  } else {
    add_last([](StepKind) { return true; });
  }
  return needs;
}

} // namespace

Result<schedule::TaskGraph> task_graph(const plan::Plan& plan, bool announces_abi3) {
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
      tasks.push_back(std::move(task));
    }
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
      if (step.kind == StepKind::collect) {
        task.durability = schedule::Durability::durable_result;
      }
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
