// The runner behind the scheduler, and the report of what it did.
#include "orchestrator/pipeline/run.hpp"

#include "orchestrator/pipeline/before_all.hpp"
#include "orchestrator/pipeline/cell_run.hpp"
#include "orchestrator/pipeline/utc_time.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <unordered_map>

namespace wheelforge::pipeline {
namespace {

/// Hands each task to its cell.
class PlanRunner : public schedule::TaskRunner {
public:
  PlanRunner(const plan::Plan& plan, RunContext& run, bool open_shell) : run_(run), open_shell_(open_shell) {
    for (const plan::PlannedCell& cell : plan.cells) {
      if (cell.is_in()) {
        planned_.emplace(cell.cell.id.text, &cell);
      }
    }
  }

  schedule::TaskOutcome run(const schedule::Task& task, const schedule::Attempt& attempt,
                            std::stop_token stop) override {
    if (task.group.empty()) {
      return run_shared(task, stop);
    }
    auto cell = cell_of(task.group);
    if (!cell) {
      return schedule::TaskOutcome::failed(std::move(cell).error());
    }
    for (const plan::Step& step : planned_.at(task.group)->steps) {
      if (to_string(step) == task.phase) {
        return (*cell)->run_step(step, attempt, stop);
      }
    }
    return schedule::TaskOutcome::failed(fail(ErrorKind::internal, "{} is no step of its cell", task.id).value());
  }

  void group_started(const schedule::Group&, const schedule::Attempt&) override {}

  void group_finished(const schedule::Group& group, const schedule::Attempt&, schedule::GroupStatus status) override {
    if (group.is_shared) {
      return;
    }
    if (auto cell = cell_of(group.id)) {
      if (open_shell_ && status != schedule::GroupStatus::retrying) {
        (void)(*cell)->open_shell();
      }
      status == schedule::GroupStatus::retrying ? (*cell)->reset() : (*cell)->release();
    }
  }

  /// The cell's own part of its report, and a failed before-all's where it never began.
  [[nodiscard]] CellReport report_of(const plan::PlannedCell& planned) {
    const std::scoped_lock lock(mutex_);
    const auto cell = cells_.find(planned.cell.id.text);
    CellReport report = cell == cells_.end() ? CellReport{} : cell->second->report();
    if (const auto failed = shared_failures_.find(before_all_task(planned));
        failed != shared_failures_.end() && !report.failure) {
      report.failure = failed->second.failure;
      report.log = failed->second.log;
    }
    return report;
  }

private:
  struct SharedFailure {
    Failure failure;
    std::string log;
  };

  Result<CellRun*> cell_of(const std::string& id) {
    const std::scoped_lock lock(mutex_);
    auto& cell = cells_[id];
    if (!cell) {
      WF_TRY(auto log, CellLog::open(run_.files, run_.clock, run_.folder / (id + ".log")));
      const plan::PlannedCell& planned = *planned_.at(id);
      cell = std::make_unique<CellRun>(run_, planned, before_all_task(planned), std::move(log));
    }
    return cell.get();
  }

  schedule::TaskOutcome run_shared(const schedule::Task& task, std::stop_token stop) {
    auto log = CellLog::open(run_.files, run_.clock, run_.folder / (task.id + ".log"));
    if (!log) {
      return schedule::TaskOutcome::failed(std::move(log).error());
    }
    for (const auto& [id, planned] : planned_) {
      if (before_all_task(*planned) == task.id) {
        std::optional<Failure> failure;
        auto outcome = run_before_all(run_, *planned, task.id, **log, failure, std::move(stop));
        if (failure) {
          const std::scoped_lock lock(mutex_);
          shared_failures_[task.id] = {*std::move(failure), (*log)->path().string()};
        }
        return outcome;
      }
    }
    return schedule::TaskOutcome::failed(fail(ErrorKind::internal, "{} belongs to no cell", task.id).value());
  }

  RunContext& run_;
  bool open_shell_;
  std::map<std::string, const plan::PlannedCell*> planned_;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<CellRun>> cells_;
  std::map<std::string, SharedFailure> shared_failures_;
};

CellStatus status_of(const schedule::GroupReport& group, const std::optional<Failure>& failure) {
  using schedule::GroupStatus;
  switch (group.status) {
  case GroupStatus::ok:
    return CellStatus::ok;
  case GroupStatus::cancelled:
    return CellStatus::cancelled;
  case GroupStatus::retrying:
  case GroupStatus::failed:
  case GroupStatus::not_run:
    break;
  }
  if (group.error.kind == ErrorKind::temporary || group.error.kind == ErrorKind::engine_unavailable) {
    return CellStatus::temporary;
  }
  if (group.error.kind == ErrorKind::cancelled) {
    return CellStatus::cancelled;
  }
  const std::string step = failure ? failure->step : std::string();
  if (step == "audit") {
    return CellStatus::audit_failed;
  }
  return step.starts_with("test:") ? CellStatus::tests_failed : CellStatus::build_failed;
}

/// What the plan and the scheduler know of a cell, added to what the cell itself told.
void complete(CellReport& report, const plan::PlannedCell& planned, const schedule::TaskGraph& graph,
              const schedule::ScheduleResult& result) {
  report.id = planned.cell.id.text;
  report.python = matrix::to_string(planned.cell.python);
  report.platform = planned.cell.platform.text;
  report.arch = std::string(tags::to_string(planned.cell.arch));
  report.accelerator = planned.cell.accelerator;
  report.image = planned.image;
  report.digest = planned.digest;
  if (!planned.is_in()) {
    report.status = CellStatus::skipped;
    report.reason = planned.skip_reason;
    return;
  }
  for (std::size_t g = 0; g < graph.groups().size(); ++g) {
    const schedule::Group& group = graph.groups()[g];
    if (group.id != report.id) {
      continue;
    }
    const schedule::GroupReport& outcome = result.groups[g];
    report.attempts = outcome.attempts;
    report.status = status_of(outcome, report.failure);
    report.reason = outcome.error.message;
    for (const schedule::TaskIndex index : group.tasks) {
      const schedule::TaskReport& task = result.tasks[index];
      report.steps.push_back(
          {graph.tasks()[index].phase, std::string(to_string(task.status)), task.reason, task.started, task.duration});
    }
    if (!report.failure && report.status != CellStatus::ok && report.status != CellStatus::cancelled) {
      report.failure = Failure{"", outcome.error, {}, {}, {}};
    }
  }
}

/// A cell that tested another cell's abi3 wheel has no wheel where that cell failed in the end.
void share_failures(std::vector<CellReport>& cells) {
  for (CellReport& cell : cells) {
    if (cell.status != CellStatus::ok || !cell.wheel || cell.wheel->built_from.empty()) {
      continue;
    }
    const auto owner = std::find_if(cells.begin(), cells.end(),
                                    [&](const CellReport& one) { return one.id == cell.wheel->built_from; });
    if (owner == cells.end() || owner->status == CellStatus::ok) {
      continue;
    }
    cell.status = owner->status;
    cell.reason = fmt::format("{} made the abi3 wheel that serves this Python too, and failed with it", owner->id);
    cell.failure =
        Failure{owner->failure ? owner->failure->step : "", Error{cell.reason, ErrorKind::failed, {}}, {}, {}, {}};
    cell.wheel.reset();
  }
}

} // namespace

Result<RunReport> run_plan(const plan::Plan& plan, RunContext& run, const RunOptions& options, bool announces_abi3,
                           schedule::EventStream* events, std::stop_token stop) {
  WF_TRY(const schedule::TaskGraph graph, task_graph(plan, announces_abi3));
  WF_TRY_VOID(run.files.create_folders(run.folder));

  RunReport report;
  report.run = run.owner.run;
  report.version = options.version;
  report.started = utc_time(run.clock.now());
  report.engine = fmt::format("{} {}", to_string(run.engine.info().kind), run.engine.info().server_version);
  report.commit = run.tree.revision().commit;
  report.dirty = run.tree.revision().dirty;
  report.output = run.output.string();
  report.folder = run.folder.string();

  PlanRunner runner(plan, run, options.open_shell);
  const auto began = run.clock.steady();
  const schedule::ScheduleResult result =
      schedule::run_tasks(graph, options.schedule, runner, run.clock, events, std::move(stop));
  for (const std::string& image : run.before_all_images.all()) {
    (void)run.engine.remove_image(image);
  }

  for (const plan::PlannedCell& planned : plan.cells) {
    CellReport cell = planned.is_in() ? runner.report_of(planned) : CellReport{};
    complete(cell, planned, graph, result);
    report.cells.push_back(std::move(cell));
  }
  share_failures(report.cells);
  report.finished = utc_time(run.clock.now());
  report.duration = std::chrono::duration_cast<std::chrono::milliseconds>(run.clock.steady() - began);
  return report;
}

} // namespace wheelforge::pipeline
