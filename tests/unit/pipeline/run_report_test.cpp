// The exit code of a run, from the statuses of its cells.
#include "orchestrator/pipeline/run_report.hpp"
#include "tests/support/catch.hpp"

using namespace wheelforge::pipeline;

namespace {
RunReport report_of(const std::vector<CellStatus>& statuses) {
  RunReport report;
  for (const CellStatus status : statuses) {
    report.cells.emplace_back().status = status;
  }
  return report;
}
} // namespace

TEST_CASE("of several failures the lowest of 1, 4 and 5 is the exit code") {
  using enum CellStatus;
  struct Case {
    std::vector<CellStatus> statuses;
    int exit_code;
  };
  const auto c = GENERATE(values<Case>({
      {{ok, skipped}, 0},
      {{ok, tests_failed}, 5},
      {{tests_failed, audit_failed}, 4},
      {{tests_failed, audit_failed, build_failed, temporary}, 1},
      {{ok, temporary}, 75},
      {{temporary, tests_failed}, 5},
  }));
  CHECK(exit_code_of(report_of(c.statuses)) == c.exit_code);
}

TEST_CASE("a signal outranks everything") {
  RunReport report = report_of({CellStatus::build_failed});
  report.signal = 15;
  CHECK(exit_code_of(report) == 143);
}
