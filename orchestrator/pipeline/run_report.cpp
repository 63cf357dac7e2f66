// Names of the statuses, and the exit code that they add up to.
#include "orchestrator/pipeline/run_report.hpp"

#include <algorithm>

namespace wheelforge::pipeline {

std::string_view to_string(CellStatus status) {
  switch (status) {
  case CellStatus::ok:
    return "ok";
  case CellStatus::skipped:
    return "skipped";
  case CellStatus::build_failed:
    return "build-failed";
  case CellStatus::audit_failed:
    return "audit-failed";
  case CellStatus::tests_failed:
    return "tests-failed";
  case CellStatus::temporary:
    return "temporary";
  case CellStatus::cancelled:
    return "cancelled";
  }
  return "build-failed";
}

int exit_code_of(const RunReport& report) {
  if (report.signal != 0) {
    return 128 + report.signal;
  }
  const auto any = [&](CellStatus status) {
    return std::any_of(report.cells.begin(), report.cells.end(),
                       [&](const CellReport& cell) { return cell.status == status; });
  };
  if (any(CellStatus::build_failed)) {
    return 1;
  }
  if (any(CellStatus::audit_failed)) {
    return 4;
  }
  if (any(CellStatus::tests_failed)) {
    return 5;
  }
  if (any(CellStatus::temporary)) {
    return 75;
  }
  return any(CellStatus::cancelled) ? 130 : 0;
}

} // namespace wheelforge::pipeline
