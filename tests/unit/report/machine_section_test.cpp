// Users' machines in the page and in the summary.
#include "orchestrator/report/machine_section.hpp"
#include "tests/support/catch.hpp"

using namespace wheelforge;
using namespace wheelforge::report;
using Catch::Matchers::Contains;
using pipeline::MachineReport;

namespace {

pipeline::RunReport run_with(std::vector<MachineReport> machines) {
  pipeline::CellReport cell;
  cell.id = "cp39-manylinux_2_31_x86_64";
  cell.machines = std::move(machines);
  pipeline::RunReport run;
  run.cells = {cell};
  return run;
}

MachineReport machine(const std::string& place) {
  MachineReport report;
  report.place = place;
  report.distribution = "debian-12";
  report.python = "3.11.2";
  report.predicted = {true, "26.1", "", "packages", {{"a.so", std::nullopt}}};
  report.observed = {"passed", true, pipeline::FileLoads{{"a.so", std::nullopt}}};
  return report;
}

} // namespace

TEST_CASE("without a test on a user's machine there is no section and no line", "[report]") {
  CHECK_FALSE(machine_section(run_with({})));
  CHECK(machine_lines(run_with({})).empty());
}

TEST_CASE("prediction and observation stand side by side, and every disagreement is listed", "[report]") {
  MachineReport other = machine("image:<own>");
  other.observed.loads = pipeline::FileLoads{{"a.so", "a.so: <odd>"}};
  MachineReport absent = machine("debian-13");
  absent.python = "3.9";
  absent.observed = {"no-python", std::nullopt, std::nullopt};
  const pipeline::RunReport run = run_with({machine("debian-12"), other, absent});
  const auto section = machine_section(run);
  REQUIRE(section);
  CHECK_THAT(section->html, Contains("<th>image:&lt;own&gt;</th>") && !Contains("<own>") && !Contains("<odd>"));
  CHECK_THAT(section->html, Contains("predicted: loads</span>") && Contains("observed: loads, test passed</span>"));
  CHECK_THAT(section->html, Contains("observed: 1 of 1 files fail, test passed") && Contains("≠ not as predicted"));
  CHECK_THAT(section->html, Contains("observed: no Python 3.9"));
  CHECK_THAT(section->html, Contains("the loader says &quot;a.so: &lt;odd&gt;&quot;"));
  CHECK(machine_lines(run) ==
        "users' machines: 1 as predicted, 1 not\n"
        "  cp39-manylinux_2_31_x86_64 on image:<own>: a.so: the prediction was that it loads, the "
        "loader says \"a.so: <odd>\"\n");
}
