// Runs one regression test in a clean container.
#pragma once

#include "orchestrator/engine/container.hpp"
#include "orchestrator/host/process_runner.hpp"
#include "orchestrator/wheeltest/observation.hpp"
#include "orchestrator/wheeltest/test_spec.hpp"

#include <optional>
#include <stop_token>
#include <string>

namespace wheelforge::wheeltest {

/// How a test ended.
struct TestReport {
  enum class Status {
    passed,
    failed,    ///< installing the wheel or the test command failed
    no_python, ///< the image has no interpreter for the wheel: nothing was tested
  };
  Status status = Status::passed;
  std::string command;                    ///< what failed
  engine::ExecResult result;              ///< of what failed
  bool is_installed = false;              ///< the wheel was installed, however its test ended
  std::optional<Observation> observation; ///< absent: not asked for, or Python itself failed to tell
};

/// Puts the files of `payload` (a tar stream of kTestFolderName: the wheel, and sources/) into the container, installs
/// the wheel, observes how its libraries load where the spec asks for that, and runs the test command. `needs_index`
/// says whether anything beside the wheel has to be found on an index. Fails when the container cannot be used; a
/// failing test is a report.
[[nodiscard]] Result<TestReport> run_test(engine::Container& container, const TestSpec& spec, bool needs_index,
                                          host::ByteProducer payload, const host::OutputSink& sink,
                                          std::stop_token stop);

} // namespace wheelforge::wheeltest
