// What the facts say of a wheel on a distribution: whether pip takes it, and how its libraries load.
#pragma once

#include "orchestrator/pipeline/machine_report.hpp"
#include "orchestrator/tags/architecture.hpp"

#include <filesystem>
#include <string>

namespace wheelforge::pipeline {

/// Which machine, and which Python on it.
struct MachineQuestion {
  std::string distribution; ///< its id: "debian-12"
  tags::Architecture arch = tags::Architecture::x86_64;
  std::string python; ///< "3.11.2" or "3.11"
  bool is_cpython = true;
  bool is_free_threaded = false;
};

/// The prediction for a wheel file. Of a distribution that is not known, nothing is predicted; fails when the file
/// cannot be read as a wheel.
[[nodiscard]] Result<MachineReport::Predicted> predict_machine(const std::filesystem::path& wheel,
                                                               const MachineQuestion& question);

} // namespace wheelforge::pipeline
