// A whole run: the plan's cells as a graph of tasks, run by the scheduler, told as one report.
#pragma once

#include "orchestrator/pipeline/outlook.hpp"
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
  std::string version;                     ///< of wheelforge, for the report
  std::uint64_t declared_memory_bytes = 0; ///< what a build may use, until earlier runs say how much it does
  std::uint64_t declared_disk_bytes = 0;   ///< likewise
  bool open_shell = false; ///< after a failure, or at the end, a shell in the build container (one cell only)
};

/// What earlier runs tell about tasks.
struct TaskHistory {
  const schedule::Journal* journal = nullptr; ///< recorded times and peaks; null: nothing is known
  std::uint64_t declared_memory_bytes = 0;    ///< of a build whose peak is not known
  std::uint64_t declared_disk_bytes = 0;
};

/// The plan as tasks: a group a cell, a task a step, one shared task a before-all. Steps that the outlook settles are
/// finished before. Where the project announces wheels for the stable ABI, the cells of a family wait until that of
/// the oldest Python among them has ended.
[[nodiscard]] Result<schedule::TaskGraph> task_graph(const plan::Plan& plan, const Outlook& outlook,
                                                     const TaskHistory& history, bool announces_abi3);

/// The head of a report: what is known of a run before it starts.
struct RunHead {
  std::string run;
  std::string version; ///< of wheelforge
  std::string engine;  ///< "docker 20.10.24"; empty where none was asked
  std::string commit;
  bool dirty = false;
  std::filesystem::path output;
  std::filesystem::path folder; ///< .wheelforge/runs/<id>
};

/// Runs what the outlook leaves to be done; a failing cell is part of the report. Fails only where nothing could be
/// started.
[[nodiscard]] Result<RunReport> run_plan(const plan::Plan& plan, const Outlook& outlook, RunContext& run,
                                         const RunOptions& options, bool announces_abi3, schedule::EventStream* events,
                                         std::stop_token stop);

/// The report of a run in which nothing has to be done. Asks no engine.
[[nodiscard]] Result<RunReport> report_settled(const plan::Plan& plan, const Outlook& outlook, const RunHead& head,
                                               host::FileSystem& files, host::Clock& clock, StepStore& store,
                                               schedule::EventStream* events);

} // namespace wheelforge::pipeline
