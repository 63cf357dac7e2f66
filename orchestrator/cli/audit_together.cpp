// From wheel files to clashes.
#include "orchestrator/cli/audit_together.hpp"

#include "orchestrator/cli/exit_code.hpp"
#include "orchestrator/together/together.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace wheelforge::cli {

Result<int> run_together(const std::vector<std::filesystem::path>& files, const MachineChoice& machines, bool json,
                         bool never_fails) {
  if (files.size() < 2) {
    return fail(ErrorKind::usage, "--together has {} wheel, wanted two or more", files.size());
  }
  if (machines.on.size() > 1) {
    return fail(ErrorKind::usage, "--together with --on takes one distribution, {} are given", machines.on.size());
  }
  std::vector<together::WheelTraits> wheels;
  for (const std::filesystem::path& file : files) {
    WF_TRY_CONTEXT(const zip::ZipReader archive, zip::ZipReader::open(file), file.string());
    WF_TRY(together::WheelTraits traits, together::read_traits(archive, file.filename().string()));
    wheels.push_back(std::move(traits));
  }
  WF_TRY(loader::Machine machine,
         loader::find_machine(machines.on.empty() ? "debian-13" : machines.on.front(), tags::Architecture::x86_64));
  WF_TRY_VOID(machine.install(machines.with));
  const std::vector<together::Clash> clashes = together::find_clashes(wheels, machine);
  fmt::print("{}", json ? together::to_json(wheels, machine, clashes) : together::to_text(wheels, machine, clashes));
  const bool failed = std::any_of(clashes.begin(), clashes.end(), [](const together::Clash& clash) {
    return clash.severity == together::Severity::error;
  });
  return static_cast<int>(failed && !never_fails ? ExitCode::audit_failed : ExitCode::ok);
}

} // namespace wheelforge::cli
