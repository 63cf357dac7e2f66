// Files in, wheel installed, command run.
#include "orchestrator/wheeltest/test_run.hpp"

#include <algorithm>
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

/// What the loader says of the installed wheel; nothing where the observer ended otherwise than it should: that is no
/// fault of the wheel's.
Result<std::optional<Observation>> observe(engine::Container& container, const TestSpec& spec,
                                           const host::OutputSink& sink, std::stop_token stop) {
  constexpr std::size_t kMost = std::size_t{8} << 20U;
  std::string said;
  const host::OutputSink both = [&](host::Stream stream, std::string_view text) {
    if (stream == host::Stream::out) {
      said += text.substr(0, kMost - std::min(said.size(), kMost));
    } else if (sink) {
      sink(stream, text);
    }
  };
  WF_TRY(const auto result, run_script(container, spec, observe_script(spec), both, std::move(stop)));
  auto observation = result.ok() ? parse_observation(said) : Result<Observation>(fail("the observer failed"));
  return observation ? std::optional(*std::move(observation)) : std::nullopt;
}

} // namespace

Result<TestReport> run_test(engine::Container& container, const TestSpec& spec, bool needs_index,
                            host::ByteProducer payload, const host::OutputSink& sink, std::stop_token stop) {
  WF_TRY_VOID(container.copy_in("/", std::move(payload), stop));

  WF_TRY(auto installed, run_script(container, spec, install_script(spec, needs_index), sink, stop));
  TestReport report;
  if (installed.end == engine::ExecEnd::exited && installed.exit_code == kNoPython) {
    report.status = TestReport::Status::no_python;
    report.result = std::move(installed);
    return report;
  }
  if (!installed.ok()) {
    report.status = TestReport::Status::failed;
    report.command = "install " + spec.wheel;
    report.result = std::move(installed);
    return report;
  }
  report.is_installed = true;
  if (!spec.observed_project.empty()) {
    WF_TRY(report.observation, observe(container, spec, sink, stop));
  }
  if (spec.command.empty()) {
    return report;
  }
  WF_TRY(auto tested, run_script(container, spec, command_script(spec), sink, stop));
  if (!tested.ok()) {
    report.status = TestReport::Status::failed;
    report.command = matrix::joined(spec.command);
    report.result = std::move(tested);
  }
  return report;
}

} // namespace wheelforge::wheeltest
