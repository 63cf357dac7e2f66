// The summary table and the failure block: what they show, and how they fit.
#include "orchestrator/report/failure_text.hpp"
#include "orchestrator/report/summary_table.hpp"
#include "tests/support/catch.hpp"

#include <sstream>

using namespace wheelforge;
using namespace std::chrono_literals;
using pipeline::CellStatus;

namespace {
pipeline::CellReport finished_cell() {
  pipeline::CellReport cell;
  cell.id = "cp311-manylinux_2_31_x86_64";
  cell.arch = "x86_64";
  cell.status = CellStatus::ok;
  cell.wheel = pipeline::WheelReport{"demo-1-cp311-cp311-manylinux_2_31_x86_64.whl",
                                     "wheelhouse/demo-1-cp311-cp311-manylinux_2_31_x86_64.whl",
                                     "ab",
                                     12'345,
                                     "manylinux_2_5_x86_64",
                                     ""};
  cell.steps = {{"build", "ok", "", 100ms, 2400ms},
                {"test:same", "ok", "", 2500ms, 500ms},
                {"test:debian-12", "skipped", "debian-12 has no cp311", 2500ms, 100ms}};
  return cell;
}

pipeline::CellReport failed_cell() {
  pipeline::CellReport cell;
  cell.id = "cp313-manylinux_2_31_x86_64";
  cell.arch = "x86_64";
  cell.status = CellStatus::build_failed;
  cell.failure = pipeline::Failure{"build",
                                   {"build ended with exit code 1", ErrorKind::failed, "look"},
                                   "python -m build",
                                   1,
                                   {"demo.c:1: error: no", "ninja: stopped"}};
  cell.log = ".wheelforge/runs/1/cp313.log";
  return cell;
}
} // namespace

TEST_CASE("the table shows result, time, size, policy and tests of every selected cell") {
  pipeline::RunReport report;
  report.duration = 3100ms;
  report.cells = {finished_cell(), failed_cell()};
  report.cells.emplace_back().reason = "no image";
  report.cells.emplace_back().reason = "no image";
  CHECK(report::summary_table(report, {100, false}) ==
        "cell                         result   time     size  policy         tests\n"
        "cp311-manylinux_2_31_x86_64  ok      2.9 s  12.3 kB  manylinux_2_5  1 passed, 1 skipped\n"
        "cp313-manylinux_2_31_x86_64  FAILED  0.0 s        -  -              -\n"
        "2 skipped: no image\n"
        "1 ok, 2 skipped, 1 FAILED in 3.1 s (cells together 2.9 s)\n"
        "  wheelhouse/demo-1-cp311-cp311-manylinux_2_31_x86_64.whl\n");
}

TEST_CASE("the table fits a narrow terminal by shortening the cells' names") {
  pipeline::RunReport report;
  report.cells = {finished_cell()};
  std::istringstream lines(report::summary_table(report, {72, false}));
  for (std::string line; std::getline(lines, line) && !line.starts_with("1 ok");) {
    CHECK(line.size() <= 72);
  }
}

TEST_CASE("a shortened name keeps its accelerator") {
  pipeline::RunReport report;
  report.cells = {finished_cell(), finished_cell()};
  report.cells[0].id += "+cuda-13.5";
  report.cells[1].id += "+mkl-2026.2";
  const std::string table = report::summary_table(report, {80, false});
  CHECK(table.find("~+cuda-13.5 ") != std::string::npos);
  CHECK(table.find("~+mkl-2026.2 ") != std::string::npos);
}

TEST_CASE("a failure block has the command, the last lines, the log and how to reproduce it") {
  pipeline::RunReport report;
  report.cells = {finished_cell(), failed_cell()};
  CHECK(report::failure_text(report, {}) ==
        "\ncp313-manylinux_2_31_x86_64 failed in build\n"
        "  error: build ended with exit code 1\n"
        "  command: python -m build\n"
        "  last lines of build:\n"
        "    demo.c:1: error: no\n"
        "    ninja: stopped\n"
        "  log: .wheelforge/runs/1/cp313.log\n"
        "  hint: look\n"
        "  reproduce: wheelforge build --only cp313-manylinux_2_31_x86_64 --shell\n");
}

TEST_CASE("sizes and durations are short") {
  CHECK(report::size_text(999) == "999 B");
  CHECK(report::size_text(1'500'000) == "1.5 MB");
  CHECK(report::duration_text(59'900ms) == "59.9 s");
  CHECK(report::duration_text(185s) == "3m05s");
  CHECK(report::duration_text(3720s) == "1h02m");
}
