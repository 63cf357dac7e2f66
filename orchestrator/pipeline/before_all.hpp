// before-all: run once for all cells that share an image and a script, its result kept as an image.
#pragma once

#include "orchestrator/pipeline/cell_log.hpp"
#include "orchestrator/pipeline/run_context.hpp"
#include "orchestrator/pipeline/run_report.hpp"
#include "orchestrator/plan/plan.hpp"
#include "orchestrator/schedule/task_runner.hpp"

#include <optional>
#include <stop_token>
#include <string>

namespace wheelforge::pipeline {

/// The id of the shared task that does a cell's before-all; empty where the cell has none. Cells with the same image,
/// lines and environment share one.
[[nodiscard]] std::string before_all_task(const plan::PlannedCell& cell);

/// Runs before-all in a fresh container over a fresh copy of the tree and makes an image of the result, which is put
/// into run.before_all_images; or takes the image that an earlier run made of the same. `failure` tells what went
/// wrong.
[[nodiscard]] schedule::TaskOutcome run_before_all(RunContext& run, const plan::PlannedCell& cell,
                                                   const std::string& task, CellLog& log,
                                                   std::optional<Failure>& failure, std::stop_token stop);

/// Removes the images that this checkout's before-all made from other inputs than those of the plan. Best effort.
void remove_outdated_layers(const plan::Plan& plan, RunContext& run);

} // namespace wheelforge::pipeline
