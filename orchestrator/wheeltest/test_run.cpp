// Files in, wheel installed, command run.
#include "orchestrator/wheeltest/test_run.hpp"

#include <utility>

namespace wheelforge::wheeltest {
namespace {

/// Runs a script of the test; `spec.timeout` holds for each of them.
Result<engine::ExecResult> run_script(engine::Container& container, const TestSpec& spec, std::string script,
                                      const host::OutputSink& sink, std::stop_token stop) {
  engine::ExecSpec exec;
  exec.argv = {"sh", "-c", std::move(script)};
  exec.timeout = spec.timeout;
  return container.exec(std::move(exec), sink, std::move(stop));
}

} // namespace

Result<TestReport> run_test(engine::Container& container, const TestSpec& spec, bool needs_index,
                            host::ByteProducer payload, const host::OutputSink& sink, std::stop_token stop) {
  WF_TRY_VOID(container.copy_in("/", std::move(payload), stop));

  WF_TRY(auto installed, run_script(container, spec, install_script(spec, needs_index), sink, stop));
  if (installed.end == engine::ExecEnd::exited && installed.exit_code == kNoPython) {
    return TestReport{TestReport::Status::no_python, {}, std::move(installed)};
  }
  if (!installed.ok()) {
    return TestReport{TestReport::Status::failed, "install " + spec.wheel, std::move(installed)};
  }
  if (spec.command.empty()) {
    return TestReport{};
  }
  WF_TRY(auto tested, run_script(container, spec, command_script(spec), sink, stop));
  if (!tested.ok()) {
    return TestReport{TestReport::Status::failed, matrix::joined(spec.command), std::move(tested)};
  }
  return TestReport{};
}

} // namespace wheelforge::wheeltest
