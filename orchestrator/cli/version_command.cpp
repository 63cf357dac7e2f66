// `wheelforge version`: the version of this program.
#include "orchestrator/cli/command.hpp"
#include "orchestrator/cli/exit_code.hpp"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

namespace wheelforge::cli {

void add_version_command(CLI::App& app, Invocation& invocation) {
  app.add_subcommand("version", "print the version of wheelforge")->callback([&invocation] {
    invocation.run = [] {
      fmt::print("wheelforge {}\n", WF_VERSION);
      return static_cast<int>(ExitCode::ok);
    };
  });
}

} // namespace wheelforge::cli
