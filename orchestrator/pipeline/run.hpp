// A whole run: the plan's cells as a graph of tasks, run by the scheduler, told as one report.
#pragma once

#include "orchestrator/pipeline/run_context.hpp"
#include "orchestrator/pipeline/run_report.hpp"
#include "orchestrator/plan/plan.hpp"
#include "orchestrator/schedule/event_stream.hpp"
#include "orchestrator/schedule/scheduler.hpp"

#include <stop_token>

namespace wheelforge::pipeline {

/// How a run is done, beyond what the matrix says.
struct RunOptions {
  schedule::SchedulerOptions schedule;
  std::string version;     ///< of wheelforge, for the report
  bool open_shell = false; ///< after a failure, or at the end, a shell in the build container (one cell only)
};

/// The plan as tasks: a group a cell, a task a step, one shared task a before-all. Where the project announces wheels
/// for the stable ABI, the cells of a family wait until that of the oldest Python among them has ended.
[[nodiscard]] Result<schedule::TaskGraph> task_graph(const plan::Plan& plan, bool announces_abi3);

/// Runs the plan to its end; a failing cell is part of the report. Fails only where nothing could be started.
[[nodiscard]] Result<RunReport> run_plan(const plan::Plan& plan, RunContext& run, const RunOptions& options,
                                         bool announces_abi3, schedule::EventStream* events, std::stop_token stop);

} // namespace wheelforge::pipeline
