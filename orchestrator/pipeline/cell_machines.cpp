// A cell's tests on users' machines: what was seen there beside what was predicted.
#include "orchestrator/pipeline/cell_findings.hpp"
#include "orchestrator/pipeline/cell_run.hpp"
#include "orchestrator/pipeline/machine_prediction.hpp"

#include "orchestrator/platform/distribution.hpp"

#include <fmt/core.h>

namespace wheelforge::pipeline {
namespace {

using Status = wheeltest::TestReport::Status;

MachineReport::Observed observed_of(const wheeltest::TestReport& tested) {
  MachineReport::Observed observed;
  observed.result = tested.status == Status::passed   ? "passed"
                    : tested.status == Status::failed ? "failed"
                                                      : "no-python";
  if (tested.status != Status::no_python) {
    observed.installed = tested.is_installed;
  }
  if (tested.observation) {
    observed.loads = tested.observation->loads;
  }
  return observed;
}

/// The id of the distribution among the facts: the place's own name, or what the machine calls itself.
std::string distribution_of(const std::string& place, const wheeltest::TestReport& tested) {
  for (const std::string& name : {place, tested.observation ? tested.observation->distribution : std::string()}) {
    if (const auto found = platform::find_distribution(platform::known_distributions(), name); found && !name.empty()) {
      return (*found)->id();
    }
  }
  return {};
}

} // namespace

void CellRun::note_machine(const std::string& step, const std::string& place, const std::filesystem::path& wheel,
                           const wheeltest::TestReport& tested) {
  const matrix::Interpreter& python = planned_.cell.python;
  MachineReport report;
  report.place = place;
  report.distribution = distribution_of(place, tested);
  report.python = tested.observation ? tested.observation->python : tags::dotted_version(python.tag);
  report.libc = tested.observation ? tested.observation->libc : std::string();
  report.observed = observed_of(tested);
  auto predicted = predict_machine(wheel, {report.distribution, planned_.cell.arch, report.python,
                                           python.tag.is_cpython(), python.is_free_threaded});
  if (predicted) {
    report.predicted = *std::move(predicted);
  } else {
    log_->note(step, "nothing is predicted: " + predicted.error().message);
  }
  for (const audit::Finding& one : findings_of(report)) {
    log_->note(step, fmt::format("{} {}", to_string(one.severity), line_of(one)));
  }
  const std::scoped_lock lock(mutex_);
  machines_.insert_or_assign(step, std::move(report));
}

schedule::TaskOutcome CellRun::refuse_disagreements(const std::string& step, bool is_on_machine) {
  if (!is_on_machine || !refuses_disagreements(options().audit)) {
    return Outcome::ok();
  }
  std::vector<audit::Finding> found;
  {
    const std::scoped_lock lock(mutex_);
    if (const auto machine = machines_.find(step); machine != machines_.end()) {
      found = findings_of(machine->second);
    }
  }
  if (found.empty()) {
    return Outcome::ok();
  }
  const std::string more =
      found.size() > 1 ? fmt::format(" (and {} more, in the log)", found.size() - 1) : std::string();
  return fail_step(step, with_hint(fail("{}{}", line_of(found.front()), more), "[audit] fail-on names it").value());
}

} // namespace wheelforge::pipeline
