// What a test step takes into its clean container: image, wheel, test sources, requirements.
#pragma once

#include "orchestrator/pipeline/run_context.hpp"
#include "orchestrator/pipeline/step_inputs.hpp"
#include "orchestrator/plan/plan.hpp"
#include "orchestrator/wheeltest/test_run.hpp"

#include <filesystem>
#include <string>

namespace wheelforge::pipeline {

/// A wheel of a cell, to be tested at a place.
struct TestRequest {
  const plan::PlannedCell& cell;
  std::string place; ///< "same", "debian-12", "image:NAME"
  std::filesystem::path wheel;
  std::string package; ///< the project's folder inside the source tree, in the container
  TestedWheel whose = TestedWheel::own;
};

/// Everything the container needs.
struct PreparedTest {
  std::string image;
  std::string digest;
  wheeltest::TestSpec spec;
  bool needs_index = false;   ///< something beside the wheel has to be installed
  bool needs_project = false; ///< a command asks for {project} or {package}
  host::ByteProducer payload; ///< a tar of the wheel and of sources/
};

/// Reads the wheel's metadata and the test options. Fails where a test source does not exist, a dependency group is
/// unknown, or the place names no image.
[[nodiscard]] Result<PreparedTest> prepare_test(const RunContext& run, const TestRequest& request);

} // namespace wheelforge::pipeline
