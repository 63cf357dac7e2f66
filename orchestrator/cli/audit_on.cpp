// From --on and --with to the sentences of loaders.
#include "orchestrator/cli/audit_on.hpp"

#include "orchestrator/loader/prediction.hpp"
#include "orchestrator/wheel/wheel_name.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>

namespace wheelforge::cli {
namespace {

/// The ids that were asked for; "all" is every distribution whose C library is known.
std::vector<std::string> machine_ids(const MachineChoice& choice) {
  std::vector<std::string> ids;
  for (const std::string& word : choice.on) {
    if (word != "all") {
      ids.push_back(word);
      continue;
    }
    for (const platform::Distribution& distribution : platform::known_distributions()) {
      if (distribution.libc_version) {
        ids.push_back(distribution.id());
      }
    }
  }
  return ids;
}

Result<loader::Machine> machine_for(const std::string& id, tags::Architecture arch, const MachineChoice& choice) {
  WF_TRY(loader::Machine machine, loader::find_machine(id, arch));
  WF_TRY_VOID(machine.install(choice.with));
  return machine;
}

} // namespace

void add_machine_options(CLI::App& command, MachineChoice& choice) {
  CLI::Option* on =
      command
          .add_option("--on", choice.on,
                      "distributions, such as debian-11,rhel-8 (or all): say for each whether every file loads there")
          ->delimiter(',')
          ->allow_extra_args(false);
  command.add_option("--with", choice.with, "packages beside python3 that those machines have, such as libgomp1")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->needs(on);
}

Result<void> check_machines(const MachineChoice& choice) {
  for (const std::string& id : machine_ids(choice)) {
    WF_TRY(const loader::Machine machine, machine_for(id, tags::Architecture::x86_64, choice));
    static_cast<void>(machine);
  }
  return {};
}

Result<std::map<std::string, audit::MachineLoads>> loads_on(const zip::ZipReader& archive,
                                                            const audit::AuditReport& report,
                                                            const MachineChoice& choice, unsigned threads) {
  std::map<std::string, audit::MachineLoads> on;
  WF_TRY(const loader::WheelImages images, loader::WheelImages::read(archive, threads));
  const auto name = wheel::parse_wheel_name(report.wheel);
  const tags::TagSet tags = name ? name->tags : tags::TagSet();
  for (const std::string& id : machine_ids(choice)) {
    WF_TRY(const loader::Machine machine, machine_for(id, report.arch.value_or(tags::Architecture::x86_64), choice));
    audit::MachineLoads& loads = on[id];
    loads.basis = std::string(loader::to_string(machine.basis));
    loads.sentences = loader::predict(images, machine, loader::interpreter_for(tags, machine));
  }
  return on;
}

bool loads_everywhere(const audit::AuditReport& report) {
  return std::all_of(report.on.begin(), report.on.end(), [](const auto& machine) {
    return std::all_of(machine.second.sentences.begin(), machine.second.sentences.end(),
                       [](const auto& file) { return !file.second.has_value(); });
  });
}

} // namespace wheelforge::cli
