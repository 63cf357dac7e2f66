// From an Error to what the user sees and what the process ends with.
#include "orchestrator/cli/exit_code.hpp"

#include <cstdio>

namespace wheelforge::cli {

ExitCode exit_code_of(const Error& error) {
  switch (error.kind) {
  case ErrorKind::usage:
  case ErrorKind::not_found:
    return ExitCode::usage;
  case ErrorKind::engine_unavailable:
    return ExitCode::no_engine;
  case ErrorKind::temporary:
    return ExitCode::temporary;
  case ErrorKind::cancelled:
    return ExitCode::interrupted;
  case ErrorKind::internal:
    return ExitCode::internal;
  case ErrorKind::failed:
  case ErrorKind::invalid_data:
  case ErrorKind::disk_full:
    return ExitCode::build_failed;
  }
  return ExitCode::internal;
}

int report_error(const Error& error) {
  fmt::print(stderr, "wheelforge: error: {}\n", error.message);
  if (!error.hint.empty()) {
    fmt::print(stderr, "  hint: {}\n", error.hint);
  }
  return static_cast<int>(exit_code_of(error));
}

} // namespace wheelforge::cli
