// How a cell's wheel is tested: a clean container a place, the wheel installed in it, the commands run.
#include "orchestrator/pipeline/cell_run.hpp"

#include "orchestrator/pipeline/accelerator_step.hpp"
#include "orchestrator/pipeline/container_layout.hpp"
#include "orchestrator/pipeline/test_step.hpp"

#include <fmt/core.h>

namespace wheelforge::pipeline {

schedule::TaskOutcome CellRun::test_device(std::string_view place, std::stop_token stop) {
  const std::string step = fmt::format("test:{}", place);
  if (place == plan::kDevice) {
    if (std::string missing = missing_device(run_.files, planned_); !missing.empty()) {
      log_->note(step, "SKIPPED: " + missing);
      return Outcome::skipped(std::move(missing));
    }
    return run_test(step, "same", &options().accelerator.device, std::move(stop));
  }
  const matrix::ShellLines command = no_device_command(planned_);
  return run_test(step, "same", &command, std::move(stop));
}

schedule::TaskOutcome CellRun::run_test(const std::string& step, const std::string& place,
                                        const matrix::ShellLines* command, std::stop_token stop) {
  if (auto there = ensure_repaired(); !there) {
    return fail_step(step, std::move(there).error());
  }
  const std::filesystem::path wheel = adopted_ ? adopted_->wheel : repaired_;
  const TestRequest request{planned_, place, wheel, package_folder(),
                            adopted_ ? TestedWheel::adopted : TestedWheel::own};
  auto prepared = prepare_test(run_, request);
  if (!prepared) {
    return fail_step(step, std::move(prepared).error());
  }
  if (command != nullptr) {
    prepared->spec.command = *command;
  }
  auto container = container_for_test(step, prepared->image, prepared->digest, stop);
  if (!container) {
    return fail_step(step, std::move(container).error());
  }
  Outcome outcome = test_in(*container, step, place, *std::move(prepared), wheel, std::move(stop));
  drop(*std::move(container));
  return outcome;
}

void CellRun::start_test_early(std::stop_token stop) {
  const std::string step = "test:same";
  const StepOutlook* known = outlook_.find(step);
  if (known == nullptr || !known->runs) {
    return;
  }
  early_test_ = std::async(std::launch::async, [this, step, stop = std::move(stop)]() mutable {
    const auto [image, digest] = image_of_place(planned_, "same");
    return start_container(step, image, digest, step, std::move(stop));
  });
}

Result<engine::Container> CellRun::container_for_test(const std::string& step, const std::string& image,
                                                      const std::string& digest, std::stop_token stop) {
  if (step == "test:same" && early_test_.valid()) {
    return early_test_.get();
  }
  return start_container(step, image, digest, step, std::move(stop));
}

schedule::TaskOutcome CellRun::test_in(engine::Container& container, const std::string& step, const std::string& place,
                                       PreparedTest prepared, const std::filesystem::path& wheel,
                                       std::stop_token stop) {
  if (prepared.needs_project) {
    if (auto copied = container.copy_in("/", run_.tree.tar(kProjectName), stop); !copied) {
      return fail_step(step, std::move(copied).error());
    }
  }
  auto tested =
      wheeltest::run_test(container, prepared.spec, prepared.needs_index, prepared.payload, log_->sink(step), stop);
  log_->end_step(step);
  if (!tested) {
    return fail_step(step, std::move(tested).error());
  }
  if (is_machine(place)) {
    note_machine(step, place, wheel, *tested);
  }
  using Status = wheeltest::TestReport::Status;
  if (tested->status == Status::no_python) {
    return Outcome::skipped(fmt::format("{} has no {}", place, matrix::to_string(planned_.cell.python)));
  }
  if (tested->status == Status::failed) {
    if (tested->result.end == engine::ExecEnd::timed_out) {
      return fail_step(step, Error{"the test ran into its time limit", ErrorKind::failed, "raise [test] timeout"},
                       tested->command);
    }
    if (tested->result.end == engine::ExecEnd::cancelled) {
      return fail_step(step, Error{"stopped", ErrorKind::cancelled, {}}, tested->command);
    }
    return fail_step(step, fail("the test ended with exit code {}", tested->result.exit_code).value(), tested->command,
                     tested->result.exit_code);
  }
  return refuse_disagreements(step, is_machine(place));
}

} // namespace wheelforge::pipeline
