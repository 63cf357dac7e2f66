// `wheelforge schema`: the JSON Schema of the matrix file.
#include "orchestrator/cli/command.hpp"
#include "orchestrator/cli/exit_code.hpp"
#include "orchestrator/matrix/json_schema.hpp"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

namespace wheelforge::cli {

void add_schema_command(CLI::App& app, Invocation& invocation) {
  app.add_subcommand("schema", "print the JSON Schema of wheelforge.toml, for editors")->callback([&invocation] {
    invocation.run = [] {
      fmt::print("{}", matrix::json_schema());
      return static_cast<int>(ExitCode::ok);
    };
  });
}

} // namespace wheelforge::cli
