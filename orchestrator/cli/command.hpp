// What a subcommand is to program.cpp: a function that adds itself to the parser and says what to run when it is
// chosen.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace wheelforge::cli {

/// What the chosen subcommand left to be run after parsing; returns the exit code.
struct Invocation {
  std::function<int()> run;
};

// One function a subcommand, in the order of `wheelforge --help`; each is defined in <name>_command.cpp.
void add_build_command(CLI::App& app, Invocation& invocation);
void add_plan_command(CLI::App& app, Invocation& invocation);
void add_logs_command(CLI::App& app, Invocation& invocation);
void add_images_command(CLI::App& app, Invocation& invocation);
void add_toolchain_command(CLI::App& app, Invocation& invocation);
void add_schema_command(CLI::App& app, Invocation& invocation);
void add_audit_command(CLI::App& app, Invocation& invocation);
void add_accelerator_command(CLI::App& app, Invocation& invocation);
void add_explain_command(CLI::App& app, Invocation& invocation);
void add_compare_command(CLI::App& app, Invocation& invocation);
void add_resolve_command(CLI::App& app, Invocation& invocation);
void add_reach_command(CLI::App& app, Invocation& invocation);
void add_tags_command(CLI::App& app, Invocation& invocation);
void add_lifecycle_command(CLI::App& app, Invocation& invocation);
void add_doctor_command(CLI::App& app, Invocation& invocation);
void add_cache_command(CLI::App& app, Invocation& invocation);
void add_version_command(CLI::App& app, Invocation& invocation);
void add_elf_facts_command(CLI::App& app, Invocation& invocation); // hidden

} // namespace wheelforge::cli
