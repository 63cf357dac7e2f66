// `wheelforge audit --on`: what the loaders of users' machines say of a wheel's files.
#pragma once

#include "orchestrator/audit/report.hpp"
#include "orchestrator/base/error.hpp"
#include "orchestrator/zip/zip_reader.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace wheelforge::cli {

/// The word for --fail-on that makes a file that does not load a failure.
inline constexpr std::string_view kDoesNotLoad = "does-not-load";

/// Which machines, and which packages beside python3 they have.
struct MachineChoice {
  std::vector<std::string> on;
  std::vector<std::string> with;
};

/// Adds --on and --with.
void add_machine_options(CLI::App& command, MachineChoice& choice);

/// Fails (kind usage or not_found) on distributions and packages that are not known; "all" stands for every
/// distribution.
[[nodiscard]] Result<void> check_machines(const MachineChoice& choice);

/// The loads of the wheel on each machine, by the distribution's id.
[[nodiscard]] Result<std::map<std::string, audit::MachineLoads>> loads_on(const zip::ZipReader& archive,
                                                                          const audit::AuditReport& report,
                                                                          const MachineChoice& choice,
                                                                          unsigned threads);

/// True where every file loads on every machine of the report.
[[nodiscard]] bool loads_everywhere(const audit::AuditReport& report);

} // namespace wheelforge::cli
