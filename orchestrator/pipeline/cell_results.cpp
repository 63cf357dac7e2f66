// A cell's results across runs: what is taken from the store instead of being made, and what is kept there.
#include "orchestrator/pipeline/cell_run.hpp"
#include "orchestrator/pipeline/known_report.hpp"

#include "orchestrator/base/sha256.hpp"
#include "orchestrator/pipeline/container_layout.hpp"
#include "orchestrator/source/tar_stream.hpp"

#include <fmt/core.h>

#include <charconv>

namespace wheelforge::pipeline {
namespace {

using plan::StepKind;

bool has_result(StepKind kind) {
  return kind == StepKind::build || kind == StepKind::repair || kind == StepKind::audit || kind == StepKind::test;
}

/// Which steps' lines of the log belong to a result.
std::vector<std::string> logged_steps(const plan::Step& step) {
  if (step.kind == StepKind::build) {
    return {"prepare", "before-build", "build"};
  }
  return {to_string(step)};
}

} // namespace

CellRun::CellRun(RunContext& run, const plan::PlannedCell& planned, const CellOutlook& outlook,
                 std::string before_all_task, std::unique_ptr<CellLog> log)
    : run_(run), planned_(planned), outlook_(outlook), before_all_task_(std::move(before_all_task)),
      log_(std::move(log)) {
  if (outlook.adopted) {
    adopted_ = shared_wheel();
  }
  CellReport known = known_report(outlook, run.output);
  wheel_ = std::move(known.wheel);
  audit_json_ = std::move(known.audit_json);
  peak_memory_bytes_ = known.peak_memory_bytes;
  machines_ = outlook.machines;
  for (const StepOutlook& step : outlook.steps) {
    if (step.known) {
      log_->note(step.name, fmt::format("kept: {}{}", step.reason, known.log.empty() ? "" : ", see " + known.log));
    }
  }
}

CellRun::~CellRun() = default;

schedule::TaskOutcome CellRun::run_step(const plan::Step& step, const schedule::Attempt& attempt,
                                        std::stop_token stop) {
  auto inputs = inputs_of(step);
  if (inputs) {
    if (auto known = recall(step, *inputs)) {
      return *std::move(known);
    }
  }
  const auto began = run_.clock.steady();
  Outcome outcome = do_step(step, attempt.jobs, std::move(stop));
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(run_.clock.steady() - began);
  if (!inputs) {
    inputs = inputs_of(step); // an image that had to be pulled is known by now
  }
  if (run_.store == nullptr) {
    return outcome;
  }
  const bool is_ok = outcome.kind == Outcome::Kind::ok || outcome.kind == Outcome::Kind::skipped;
  if (is_ok && inputs && has_result(step.kind)) {
    remember(step, *inputs, outcome, took);
  }
  const bool is_cancelled = outcome.kind == Outcome::Kind::failed && outcome.error.kind == ErrorKind::cancelled;
  if (!is_cancelled && outcome.kind != Outcome::Kind::skipped) {
    const bool is_build = step.kind == StepKind::build;
    run_.store->note_end(planned_.cell.id.text + "/" + to_string(step), is_ok, inputs ? key_of(*inputs).hex() : "",
                         took, is_build ? peak_memory_bytes_.value_or(0) : 0);
  }
  return outcome;
}

std::optional<cache::StepInputs> CellRun::inputs_of(const plan::Step& step) {
  if (run_.store == nullptr || (adopted_ && step.kind != StepKind::test)) {
    return std::nullopt;
  }
  switch (step.kind) {
  case StepKind::build:
    return build_inputs(planned_, run_.facts);
  case StepKind::repair: {
    const auto wheel = ensure_built() ? digest_of(built_) : std::nullopt;
    return wheel ? repair_inputs(planned_, run_.facts, *wheel) : std::nullopt;
  }
  case StepKind::audit:
  case StepKind::test: {
    const auto wheel = ensure_repaired() ? digest_of(adopted_ ? adopted_->wheel : repaired_) : std::nullopt;
    if (!wheel) {
      return std::nullopt;
    }
    return step.kind == StepKind::audit ? audit_inputs(planned_, run_.facts, *wheel)
                                        : test_inputs(planned_, run_.facts, step.place, *wheel,
                                                      adopted_ ? TestedWheel::adopted : TestedWheel::own);
  }
  default:
    return std::nullopt;
  }
}

std::optional<schedule::TaskOutcome> CellRun::recall(const plan::Step& step, const cache::StepInputs& inputs) {
  const auto entry = run_.store->find(inputs);
  if (!entry || !take_over(step, *entry)) {
    return std::nullopt;
  }
  const auto fact = [&](const char* name) {
    const auto found = entry->facts.find(name);
    return found == entry->facts.end() ? std::string() : found->second;
  };
  std::string reason = fact(kFactReason);
  if (reason.empty()) {
    reason = fmt::format("the same was done in run {}", fact(kFactRun));
  }
  log_->note(to_string(step), "kept: " + reason);
  const std::scoped_lock lock(mutex_);
  recalled_[to_string(step)] = fact(kFactStatus);
  return Outcome::skipped(std::move(reason));
}

/// Makes the entry's result the cell's own; false where its files are damaged.
bool CellRun::take_over(const plan::Step& step, const cache::CacheEntry& entry) {
  const cache::CachedFile* wheel = wheel_of(entry);
  if (step.kind == StepKind::build || step.kind == StepKind::repair) {
    if (wheel == nullptr) {
      return false;
    }
    auto restored = restore(*wheel, step.kind == StepKind::build ? "built" : "repaired");
    if (!restored) {
      return false;
    }
    (step.kind == StepKind::build ? built_ : repaired_) = *std::move(restored);
    return step.kind == StepKind::build || accept_repaired(to_string(step), {}).kind == Outcome::Kind::ok;
  }
  if (step.kind == StepKind::test && is_machine(step.place)) {
    auto machine = known_machine(entry, *run_.store);
    if (!machine) {
      return false;
    }
    const std::scoped_lock lock(mutex_);
    machines_.insert_or_assign(to_string(step), *std::move(machine));
  }
  if (step.kind == StepKind::audit) {
    CellReport report = known_audit(entry, *run_.store);
    if (report.audit_json.empty()) {
      return false;
    }
    const std::scoped_lock lock(mutex_);
    audit_json_ = std::move(report.audit_json);
    const auto size = std::filesystem::file_size(repaired_);
    wheel_ = WheelReport{
        repaired_.filename().string(), repaired_.string(), digests_[repaired_.string()], size, report.wheel->tag, {}};
  }
  return true;
}

void CellRun::remember(const plan::Step& step, const cache::StepInputs& inputs, const Outcome& outcome,
                       std::chrono::milliseconds took) {
  auto entry = entry_of(step, outcome);
  if (entry) {
    entry->inputs = inputs;
    entry->took = took;
  }
  const auto kept = entry ? run_.store->keep(planned_.cell.id.text + "/" + to_string(step), *std::move(entry))
                          : Result<void>(tl::unexpected(entry.error()));
  if (!kept) {
    log_->note(to_string(step), "its result is not kept for later runs: " + kept.error().message);
  }
}

Result<cache::CacheEntry> CellRun::entry_of(const plan::Step& step, const Outcome& outcome) {
  cache::CacheEntry entry;
  entry.facts[kFactStatus] = outcome.kind == Outcome::Kind::ok ? "ok" : "skipped";
  entry.facts[kFactReason] = outcome.reason;
  entry.facts[kFactLog] = log_->path().string();
  const auto keep = [&](std::string name, std::string_view bytes) -> Result<void> {
    WF_TRY(auto file, run_.store->keep_file(std::move(name), bytes));
    entry.files.push_back(std::move(file));
    return {};
  };
  if (step.kind == StepKind::build || step.kind == StepKind::repair) {
    const std::filesystem::path& wheel = step.kind == StepKind::build ? built_ : repaired_;
    WF_TRY(const std::string bytes, run_.files.read(wheel));
    WF_TRY_VOID(keep(wheel.filename().string(), bytes));
    const std::scoped_lock lock(mutex_);
    digests_[wheel.string()] = entry.files.back().digest.hex();
    if (step.kind == StepKind::build && peak_memory_bytes_) {
      entry.facts[kFactPeak] = std::to_string(*peak_memory_bytes_);
    }
  }
  if (step.kind == StepKind::audit) {
    const CellReport now = report();
    WF_TRY_VOID(keep(kAuditFile, now.audit_json));
    entry.facts[kFactTag] = now.wheel ? now.wheel->tag : "";
  }
  if (step.kind == StepKind::test && is_machine(step.place)) {
    const std::scoped_lock lock(mutex_);
    if (const auto machine = machines_.find(to_string(step)); machine != machines_.end()) {
      WF_TRY_VOID(keep(kMachineFile, to_json(machine->second)));
    }
  }
  WF_TRY_VOID(keep(kLogFile, log_->lines_of(run_.files, logged_steps(step))));
  return entry;
}

Result<std::filesystem::path> CellRun::restore(const cache::CachedFile& wheel, const char* folder) {
  const std::filesystem::path path = own_folder() / folder / wheel.name;
  const auto bytes = run_.store->read(wheel);
  if (!bytes) {
    return fail(ErrorKind::temporary, "the kept {} is damaged or was just removed from the cache", wheel.name);
  }
  WF_TRY_VOID(run_.files.remove_all(own_folder() / folder));
  WF_TRY_VOID(run_.files.write_atomically(path, *bytes));
  const std::scoped_lock lock(mutex_);
  digests_[path.string()] = wheel.digest.hex();
  return path;
}

Result<void> CellRun::ensure_built() {
  const std::scoped_lock lock(restoring_);
  if (built_.empty()) {
    const cache::CachedFile* wheel = outlook_.wheel("build");
    if (wheel == nullptr) {
      return fail(ErrorKind::internal, "there is no built wheel");
    }
    WF_TRY(built_, restore(*wheel, "built"));
  }
  return {};
}

Result<void> CellRun::ensure_repaired() {
  const std::scoped_lock lock(restoring_);
  if (repaired_.empty() && !adopted_) {
    const cache::CachedFile* wheel = outlook_.wheel("repair");
    if (wheel == nullptr) {
      return fail(ErrorKind::internal, "there is no repaired wheel");
    }
    WF_TRY(repaired_, restore(*wheel, "repaired"));
    const std::scoped_lock report_lock(mutex_);
    if (wheel_) {
      wheel_->path = repaired_.string(); // until it is collected
    }
  }
  return {};
}

std::optional<std::string> CellRun::digest_of(const std::filesystem::path& wheel) {
  {
    const std::scoped_lock lock(mutex_);
    if (const auto known = digests_.find(wheel.string()); known != digests_.end()) {
      return known->second;
    }
  }
  const auto bytes = run_.files.read(wheel);
  if (!bytes) {
    return std::nullopt;
  }
  const std::scoped_lock lock(mutex_);
  return digests_[wheel.string()] = sha256(*bytes).hex();
}

/// Lays the wheel as built into a container that did not build it.
Result<void> CellRun::put_built_back(std::stop_token stop) {
  std::error_code error;
  const auto size = std::filesystem::file_size(built_, error);
  if (error) {
    return fail("{} cannot be read: {}", built_.string(), error.message());
  }
  const std::string name = fmt::format("{}/{}", std::string_view(kBuilt).substr(1), built_.filename().string());
  WF_TRY_VOID(container_->copy_in("/", source::tar_stream({{name, source::TarEntry::Type::file, size, built_}}, 0),
                                  std::move(stop)));
  container_has_built_ = true;
  return {};
}

CellReport CellRun::report() const {
  CellReport report;
  const std::scoped_lock lock(mutex_);
  report.failure = failure_;
  report.wheel = wheel_;
  report.audit_json = audit_json_;
  report.peak_memory_bytes = peak_memory_bytes_;
  report.compiler_cache = compiler_cache_;
  for (const plan::Step& step : planned_.steps) {
    if (const auto machine = machines_.find(to_string(step)); machine != machines_.end()) {
      report.machines.push_back(machine->second);
    }
  }
  report.log = log_->path().string();
  for (const auto& [step, status] : recalled_) {
    StepReport kept;
    kept.name = step;
    kept.status = status;
    kept.is_cached = true;
    report.steps.push_back(std::move(kept));
  }
  return report;
}

} // namespace wheelforge::pipeline
