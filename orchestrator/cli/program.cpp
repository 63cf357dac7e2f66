// The list of subcommands, and the step from the command line to one of them.
#include "orchestrator/cli/program.hpp"

#include "orchestrator/cli/command.hpp"
#include "orchestrator/cli/exit_code.hpp"

#include <CLI/CLI.hpp>

namespace wheelforge::cli {

int run_program(int argc, const char* const* argv) {
  CLI::App app("Builds, repairs, audits and tests manylinux wheels in containers.", "wheelforge");
  app.require_subcommand(1);
  Invocation invocation;
  add_build_command(app, invocation);
  add_plan_command(app, invocation);
  add_logs_command(app, invocation);
  add_images_command(app, invocation);
  add_toolchain_command(app, invocation);
  add_schema_command(app, invocation);
  add_audit_command(app, invocation);
  add_accelerator_command(app, invocation);
  add_explain_command(app, invocation);
  add_compare_command(app, invocation);
  add_resolve_command(app, invocation);
  add_reach_command(app, invocation);
  add_tags_command(app, invocation);
  add_lifecycle_command(app, invocation);
  add_doctor_command(app, invocation);
  add_cache_command(app, invocation);
  add_version_command(app, invocation);
  add_elf_facts_command(app, invocation);

  try {
    app.parse(argc, argv);
    return invocation.run();
  } catch (const CLI::Success& asked_for_help) {
    return app.exit(asked_for_help);
  } catch (const CLI::ParseError& error) {
    app.exit(error);
    return static_cast<int>(ExitCode::usage);
  }
}

} // namespace wheelforge::cli
