// The process's exit codes and how an Error becomes one (docs/manual/exit-codes.md).
#pragma once

#include "orchestrator/base/error.hpp"

namespace wheelforge::cli {

/// What the process ends with. Scripts and CI rely on these numbers.
enum class ExitCode : int {
  ok = 0,
  build_failed = 1,     ///< a cell failed to build
  usage = 2,            ///< the command line or the configuration is wrong
  nothing_selected = 3, ///< no cell is selected
  audit_failed = 4,     ///< built, but the audit says no
  tests_failed = 5,     ///< built, but a regression test failed
  no_engine = 69,       ///< no container engine (EX_UNAVAILABLE)
  internal = 70,        ///< a fault of wheelforge (EX_SOFTWARE)
  temporary = 75,       ///< infrastructure failed after all retries (EX_TEMPFAIL)
  interrupted = 130,    ///< SIGINT
  terminated = 143,     ///< SIGTERM
};

/// The exit code of a command that ended with this error.
[[nodiscard]] ExitCode exit_code_of(const Error& error);

/// Prints "wheelforge: error: …" and the hint to stderr; returns exit_code_of(error) as the number to exit with.
int report_error(const Error& error);

} // namespace wheelforge::cli
