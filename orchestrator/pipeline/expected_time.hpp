// How long steps are going to take, from the times of earlier runs: a cell's own, else those of a cell like it.
#pragma once

#include "orchestrator/plan/plan.hpp"
#include "orchestrator/schedule/journal.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace wheelforge::pipeline {

/// How long a step of a cell is expected to take: as last time, else as the same step took in a cell of the plan for
/// the same Python and platform on another architecture, times the usual slowdown of the one over that of the other.
/// Nothing where neither has run. `step` is as in plan::to_string(Step).
[[nodiscard]] std::optional<std::chrono::milliseconds> expected_time(const plan::Plan& plan,
                                                                     const plan::PlannedCell& cell,
                                                                     const std::string& step,
                                                                     const schedule::Journal& journal);

/// Fills in `expected` of the plan's foreign cells: all steps together; left empty where the build step's time is not
/// known.
[[nodiscard]] plan::Plan with_expected_times(plan::Plan plan, const schedule::Journal& journal);

} // namespace wheelforge::pipeline
