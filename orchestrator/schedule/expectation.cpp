// Estimates of tasks and of the chains of work behind them.
#include "orchestrator/schedule/expectation.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_map>

namespace wheelforge::schedule {

using std::chrono::milliseconds;

std::vector<milliseconds> expected_durations(const TaskGraph& graph) {
  constexpr milliseconds kUnknown{1000};
  struct Mean {
    milliseconds sum{0};
    std::int64_t count = 0;
  };
  std::unordered_map<std::string_view, Mean> phases;
  for (const Task& task : graph.tasks()) {
    if (task.expected) {
      Mean& mean = phases[task.phase];
      mean.sum += *task.expected;
      ++mean.count;
    }
  }
  std::vector<milliseconds> expected;
  expected.reserve(graph.tasks().size());
  for (const Task& task : graph.tasks()) {
    const auto phase = phases.find(task.phase);
    const milliseconds usual = phase == phases.end() ? kUnknown : phase->second.sum / phase->second.count;
    expected.push_back(task.expected.value_or(usual));
  }
  return expected;
}

std::vector<milliseconds> expected_until_end(const TaskGraph& graph) {
  std::vector<milliseconds> until_end = expected_durations(graph);
  for (auto task = graph.order().rbegin(); task != graph.order().rend(); ++task) {
    milliseconds behind{0};
    for (const TaskIndex dependent : graph.links()[*task].dependents) {
      behind = std::max(behind, until_end[dependent]);
    }
    until_end[*task] += behind;
  }
  return until_end;
}

} // namespace wheelforge::schedule
