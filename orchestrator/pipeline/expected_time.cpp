// Looks into the journal, for the cell itself and then for its like on other architectures.
#include "orchestrator/pipeline/expected_time.hpp"

namespace wheelforge::pipeline {
namespace {

using std::chrono::milliseconds;

bool differ_in_architecture_only(const plan::PlannedCell& a, const plan::PlannedCell& b) {
  return a.cell.arch != b.cell.arch && a.cell.python == b.cell.python &&
         a.cell.platform.policy_name() == b.cell.platform.policy_name() && a.cell.accelerator == b.cell.accelerator;
}

/// Steps of ours that run on this machine, whatever the cell's architecture.
bool is_slower_abroad(const std::string& step) { return step != "audit" && step != "collect"; }

} // namespace

std::optional<milliseconds> expected_time(const plan::Plan& plan, const plan::PlannedCell& cell,
                                          const std::string& step, const schedule::Journal& journal) {
  if (const auto own = journal.last_duration(cell.cell.id.text + "/" + step)) {
    return own;
  }
  for (const plan::PlannedCell& other : plan.cells) {
    if (!other.is_in() || !differ_in_architecture_only(cell, other)) {
      continue;
    }
    if (const auto known = journal.last_duration(other.cell.id.text + "/" + step)) {
      return is_slower_abroad(step) ? *known * plan::usual_slowdown(cell.compilers.compilers) /
                                          plan::usual_slowdown(other.compilers.compilers)
                                    : *known;
    }
  }
  return std::nullopt;
}

plan::Plan with_expected_times(plan::Plan plan, const schedule::Journal& journal) {
  for (plan::PlannedCell& cell : plan.cells) {
    if (!cell.is_in() || cell.compilers.compilers == plan::Compilers::own ||
        !expected_time(plan, cell, "build", journal)) {
      continue;
    }
    milliseconds sum{0};
    for (const plan::Step& step : cell.steps) {
      sum += expected_time(plan, cell, to_string(step), journal).value_or(milliseconds(0));
    }
    cell.expected = sum;
  }
  return plan;
}

} // namespace wheelforge::pipeline
