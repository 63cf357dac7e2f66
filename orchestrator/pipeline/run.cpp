// The runner behind the scheduler, and the report of what it did.
#include "orchestrator/pipeline/run.hpp"

#include "orchestrator/pipeline/before_all.hpp"
#include "orchestrator/pipeline/cell_run.hpp"
#include "orchestrator/pipeline/front_end.hpp"
#include "orchestrator/pipeline/known_report.hpp"
#include "orchestrator/pipeline/stable_abi_hint.hpp"
#include "orchestrator/pipeline/utc_time.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <unordered_map>

namespace wheelforge::pipeline {
namespace {

/// The log of a cell of which nothing ran: that of the run that made its results, or what was kept of it.
void bring_log(CellReport& report, const CellOutlook& outlook, host::FileSystem& files, StepStore& store,
               const std::filesystem::path& path) {
  if (!report.log.empty() && files.exists(report.log)) {
    return;
  }
  report.log.clear();
  if (const std::string text = known_log(outlook, store); !text.empty()) {
    if (auto writer = files.open_writer(path, host::OpenMode::truncate); writer && (*writer)->write(text)) {
      report.log = path.string();
    }
  }
}

/// Hands each task to its cell.
class PlanRunner : public schedule::TaskRunner {
public:
  PlanRunner(const plan::Plan& plan, const Outlook& outlook, RunContext& run, bool open_shell)
      : outlook_(outlook), run_(run), open_shell_(open_shell) {
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
      if (status == schedule::GroupStatus::ok) {
        (*cell)->tidy();
      }
    }
  }

  /// The cell's own part of its report, and a failed before-all's where it never began.
  [[nodiscard]] CellReport report_of(const plan::PlannedCell& planned) {
    const std::scoped_lock lock(mutex_);
    const auto cell = cells_.find(planned.cell.id.text);
    const CellOutlook& outlook = outlook_.at(planned.cell.id.text);
    CellReport report = cell == cells_.end() ? known_report(outlook, run_.output) : cell->second->report();
    if (cell == cells_.end() && !outlook.runs() && run_.store != nullptr) {
      bring_log(report, outlook, run_.files, *run_.store, run_.folder / (planned.cell.id.text + ".log"));
    }
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
      cell = std::make_unique<CellRun>(run_, planned, outlook_.at(id), before_all_task(planned), std::move(log));
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
        const auto began = run_.clock.steady();
        auto outcome = run_before_all(run_, *planned, task.id, **log, failure, std::move(stop));
        if (run_.store != nullptr && outcome.kind == schedule::TaskOutcome::Kind::ok) {
          const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(run_.clock.steady() - began);
          run_.store->note_end(task.id, true, {}, took, 0);
        }
        if (failure) {
          const std::scoped_lock lock(mutex_);
          shared_failures_[task.id] = {*std::move(failure), (*log)->path().string()};
        }
        return outcome;
      }
    }
    return schedule::TaskOutcome::failed(fail(ErrorKind::internal, "{} belongs to no cell", task.id).value());
  }

  const Outlook& outlook_;
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

/// One step as the scheduler left it, and as a kept result tells of it.
StepReport step_report(const schedule::Task& task, const schedule::TaskReport& outcome, const CellOutlook& outlook,
                       const std::vector<StepReport>& recalled) {
  StepReport report{
      task.phase, std::string(to_string(outcome.status)), outcome.reason, outcome.started, outcome.duration, false};
  if (outcome.status != schedule::TaskStatus::skipped) {
    return report;
  }
  if (const StepOutlook* step = outlook.find(task.phase); step != nullptr && !step->runs) {
    const bool is_collect = task.phase == "collect" && !outlook.adopted;
    if (step->known) {
      const auto status = step->known->facts.find(kFactStatus);
      report.status = status == step->known->facts.end() ? "ok" : status->second;
    }
    report.status = is_collect ? "ok" : report.status;
    report.is_cached = is_collect || step->known.has_value();
  }
  for (const StepReport& one : recalled) {
    if (one.name == task.phase) {
      report.status = one.status;
      report.is_cached = true;
    }
  }
  return report;
}

/// What the plan and the scheduler know of a cell, added to what the cell itself told.
void complete(CellReport& report, const plan::PlannedCell& planned, const Outlook& outlook,
              const schedule::TaskGraph& graph, const schedule::ScheduleResult& result,
              const std::unordered_map<std::string, schedule::GroupIndex>& group_of) {
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
  const auto found = group_of.find(report.id);
  if (found == group_of.end()) {
    return;
  }
  const schedule::GroupReport& outcome = result.groups[found->second];
  report.attempts = outcome.attempts;
  report.status = status_of(outcome, report.failure);
  report.reason = outcome.error.message;
  const std::vector<StepReport> recalled = std::exchange(report.steps, {});
  for (const schedule::TaskIndex index : graph.groups()[found->second].tasks) {
    report.steps.push_back(step_report(graph.tasks()[index], result.tasks[index], outlook.at(report.id), recalled));
  }
  if (!report.failure && report.status != CellStatus::ok && report.status != CellStatus::cancelled) {
    report.failure = Failure{"", outcome.error, {}, {}, {}};
  }
}

RunReport report_head(const RunHead& head, host::Clock& clock) {
  RunReport report;
  report.run = head.run;
  report.version = head.version;
  report.started = utc_time(clock.now());
  report.engine = head.engine;
  report.commit = head.commit;
  report.dirty = head.dirty;
  report.output = head.output.string();
  report.folder = head.folder.string();
  return report;
}

std::unordered_map<std::string, schedule::GroupIndex> groups_by_id(const schedule::TaskGraph& graph) {
  std::unordered_map<std::string, schedule::GroupIndex> group_of;
  for (schedule::GroupIndex group = 0; group < graph.groups().size(); ++group) {
    group_of.emplace(graph.groups()[group].id, group);
  }
  return group_of;
}

/// Names and shared wheels of settled cells, so that those that run see them.
Result<void> introduce(const plan::Plan& plan, const Outlook& outlook, RunContext& run) {
  for (const plan::PlannedCell& planned : plan.cells) {
    const auto found = outlook.find(planned.cell.id.text);
    if (found == outlook.end()) {
      continue;
    }
    const CellOutlook& cell = found->second;
    if (const cache::CachedFile* wheel = cell.wheel("repair"); wheel != nullptr && !cell.find("collect")->runs) {
      (void)run.claims.claim(wheel->name, planned.cell.id.text); // two cells with one abi3 wheel: the first has it
    }
    const int minor = planned.cell.python.tag.minor.value_or(0);
    if (cell.adopted && cell.runs() && !run.claims.shared_wheel(family(planned.cell), minor)) {
      const auto bytes = run.store->read(*cell.adopted);
      if (!bytes) {
        return fail(ErrorKind::temporary, "the kept {} was just removed from the cache", cell.adopted->name);
      }
      const std::filesystem::path copy = run.folder / cell.adopted_from / "shared" / cell.adopted->name;
      WF_TRY_VOID(run.files.write_atomically(copy, *bytes));
      const auto name = wheel::parse_wheel_name(cell.adopted->name);
      const auto oldest = name ? stable_abi_minor(*name) : std::nullopt;
      run.claims.offer(family(planned.cell), {cell.adopted_from, copy, oldest.value_or(minor), {}, {}});
    }
  }
  return {};
}

/// A runner for a graph in which nothing has to be run.
class IdleRunner : public schedule::TaskRunner {
public:
  schedule::TaskOutcome run(const schedule::Task& task, const schedule::Attempt&, std::stop_token) override {
    return schedule::TaskOutcome::failed(fail(ErrorKind::internal, "{} was settled, and runs", task.id).value());
  }
  void group_started(const schedule::Group&, const schedule::Attempt&) override {}
  void group_finished(const schedule::Group&, const schedule::Attempt&, schedule::GroupStatus) override {}
};

void finish_report(RunReport& report, host::Clock& clock, host::Clock::Steady began) {
  report.finished = utc_time(clock.now());
  report.duration = std::chrono::duration_cast<std::chrono::milliseconds>(clock.steady() - began);
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

Result<RunReport> run_plan(const plan::Plan& plan, const Outlook& outlook, RunContext& run, const RunOptions& options,
                           bool announces_abi3, schedule::EventStream* events, std::stop_token stop) {
  const TaskHistory history{run.store == nullptr ? nullptr : &run.store->journal(), options.declared_memory_bytes,
                            options.declared_disk_bytes};
  WF_TRY(const schedule::TaskGraph graph, task_graph(plan, outlook, history, announces_abi3));
  WF_TRY_VOID(run.files.create_folders(run.folder));
  WF_TRY_VOID(introduce(plan, outlook, run));
  RunReport report =
      report_head({run.owner.run, options.version,
                   fmt::format("{} {}", to_string(run.engine.info().kind), run.engine.info().server_version),
                   run.tree.revision().commit, run.tree.revision().dirty, run.output, run.folder},
                  run.clock);

  engine::BackgroundRemoval removals(run.engine);
  run.removals = &removals;
  PlanRunner runner(plan, outlook, run, options.open_shell);
  const auto began = run.clock.steady();
  const schedule::ScheduleResult result =
      schedule::run_tasks(graph, options.schedule, runner, run.clock, events, std::move(stop));
  removals.wait(); // nothing is left, and no image is in use
  run.removals = nullptr;
  remove_outdated_layers(plan, run);

  const auto group_of = groups_by_id(graph);
  for (const plan::PlannedCell& planned : plan.cells) {
    CellReport cell = planned.is_in() ? runner.report_of(planned) : CellReport{};
    complete(cell, planned, outlook, graph, result, group_of);
    report.cells.push_back(std::move(cell));
  }
  share_failures(report.cells);
  finish_report(report, run.clock, began);
  return report;
}

Result<RunReport> report_settled(const plan::Plan& plan, const Outlook& outlook, const RunHead& head,
                                 host::FileSystem& files, host::Clock& clock, StepStore& store,
                                 schedule::EventStream* events) {
  const auto began = clock.steady();
  RunReport report = report_head(head, clock);
  WF_TRY(const schedule::TaskGraph graph, task_graph(plan, outlook, {}, false));
  IdleRunner runner;
  schedule::SchedulerOptions options;
  options.run_id = head.run;
  const auto result = schedule::run_tasks(graph, options, runner, clock, events, {});
  const auto group_of = groups_by_id(graph);
  for (const plan::PlannedCell& planned : plan.cells) {
    CellReport cell;
    if (planned.is_in()) {
      const CellOutlook& own = outlook.at(planned.cell.id.text);
      cell = known_report(own, head.output);
      bring_log(cell, own, files, store, head.folder / (planned.cell.id.text + ".log"));
    }
    complete(cell, planned, outlook, graph, result, group_of);
    report.cells.push_back(std::move(cell));
  }
  finish_report(report, clock, began);
  return report;
}

} // namespace wheelforge::pipeline
