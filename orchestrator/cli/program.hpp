// The command line as a whole: which subcommands there are and how one is chosen.
#pragma once

namespace wheelforge::cli {

/// Parses the command line, runs the chosen subcommand and returns the process's exit code.
[[nodiscard]] int run_program(int argc, const char* const* argv);

} // namespace wheelforge::cli
