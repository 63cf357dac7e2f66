// Files in, wheel installed, command run.
#include "orchestrator/wheeltest/test_run.hpp"

#include "orchestrator/host/text_watch.hpp"

#include <algorithm>
#include <utility>

namespace wheelforge::wheeltest {
namespace {

Result<engine::ExecResult> run_script(engine::Container& container, const TestSpec& spec, std::string script,
                                      host::Input input, const host::OutputSink& sink, std::stop_token stop) {
  engine::ExecSpec exec;
  exec.argv = {"sh", "-c", std::move(script)};
  exec.input = std::move(input);
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
  WF_TRY(const auto result, run_script(container, spec, observe_script(spec), host::NoInput{}, both, std::move(stop)));
  auto observation = result.ok() ? parse_observation(said) : Result<Observation>(fail("the observer failed"));
  return observation ? std::optional(*std::move(observation)) : std::nullopt;
}

} // namespace

Result<TestReport> run_test(engine::Container& container, const TestSpec& spec, bool needs_index,
                            host::ByteProducer payload, const host::OutputSink& sink, std::stop_token stop) {
  host::Input files = host::NoInput{};
  if (spec.has_tar) {
    files = host::ProducedInput{std::move(payload)};
  } else {
    WF_TRY_VOID(container.copy_in("/", std::move(payload), stop));
  }
  // Every command costs a start of the engine's client: where nothing stands between, one does both.
  const bool in_one_go = spec.observed_project.empty() && !spec.command.empty();
  host::TextWatch installed(in_one_go ? kInstalled : "");
  const host::OutputSink watching = [&](host::Stream stream, std::string_view bytes) {
    if (stream == host::Stream::err) {
      (void)installed.completes(bytes);
    }
    if (sink) {
      sink(stream, bytes);
    }
  };
  WF_TRY(auto first,
         run_script(container, spec,
                    in_one_go ? install_and_command_script(spec, needs_index) : install_script(spec, needs_index),
                    std::move(files), watching, stop));
  TestReport report;
  report.is_installed = first.ok() || installed.is_done();
  if (!first.ok()) {
    const bool has_no_python =
        !report.is_installed && first.end == engine::ExecEnd::exited && first.exit_code == kNoPython;
    report.status = has_no_python ? TestReport::Status::no_python : TestReport::Status::failed;
    report.command = has_no_python ? "" : report.is_installed ? matrix::joined(spec.command) : "install " + spec.wheel;
    report.result = std::move(first);
    return report;
  }
  if (!spec.observed_project.empty()) {
    WF_TRY(report.observation, observe(container, spec, sink, stop));
  }
  if (in_one_go || spec.command.empty()) {
    return report;
  }
  WF_TRY(auto tested, run_script(container, spec, command_script(spec), host::NoInput{}, sink, stop));
  if (!tested.ok()) {
    report.status = TestReport::Status::failed;
    report.command = matrix::joined(spec.command);
    report.result = std::move(tested);
  }
  return report;
}

} // namespace wheelforge::wheeltest
