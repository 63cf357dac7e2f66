// report.json and findings.sarif of a run that tested on users' machines.
#include "orchestrator/report/html_page.hpp"
#include "orchestrator/report/run_json.hpp"
#include "orchestrator/report/run_sarif.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/golden.hpp"

#include <nlohmann/json.hpp>

using namespace wheelforge;
using namespace wheelforge::report;
using Catch::Matchers::Contains;

namespace {

pipeline::MachineReport machine(const std::string& place, pipeline::FileLoads observed) {
  pipeline::MachineReport report;
  report.place = place;
  report.distribution = "debian-12";
  report.python = "3.11.2";
  report.libc = "glibc 2.36";
  report.predicted = {true, "26.1", "", "packages", {{"a.so", std::nullopt}, {"b.so", "libX11.so.6: cannot open"}}};
  report.observed = {"passed", true, std::move(observed)};
  return report;
}

pipeline::RunReport run() {
  using namespace std::chrono_literals;
  pipeline::CellReport cell;
  cell.id = "cp311-manylinux_2_31_x86_64";
  cell.python = "cp311";
  cell.platform = "manylinux_2_31";
  cell.arch = "x86_64";
  cell.accelerator = "cpu";
  cell.image = "image";
  cell.status = pipeline::CellStatus::ok;
  cell.attempts = 1;
  cell.wheel = pipeline::WheelReport{"a-1-cp311-cp311-manylinux_2_31_x86_64.whl",
                                     "/out/a.whl",
                                     std::string(64, '0'),
                                     1234,
                                     "manylinux_2_5_x86_64",
                                     {}};
  cell.audit_json = R"({"schema":1,"wheels":[{"wheel":"a","findings":[
    {"code":"relr","severity":"note","path":"a.so","message":"packed","hint":"nothing"}]}],"unreadable":[]})";
  cell.steps = {{"test:debian-12", "ok", "", 0ms, 700ms, false}};
  cell.machines = {machine("debian-12", {{"a.so", std::nullopt}, {"b.so", "libX11.so.6: cannot open"}}),
                   machine("image:own", {{"a.so", "a.so: undefined symbol: f"}, {"b.so", std::nullopt}}),
                   machine("debian-13", {})};
  cell.machines[2].predicted = {false, "26.1", "no wheel for it", "derived", {}};
  cell.machines[2].observed = {"failed", true, std::nullopt};
  pipeline::RunReport report;
  report.run = "r1";
  report.version = "1";
  report.started = report.finished = "2026-01-02T03:04:05Z";
  report.duration = 3s;
  report.engine = "docker 1";
  report.output = "/out";
  report.folder = "/runs/r1";
  report.cells = {cell};
  return report;
}

} // namespace

TEST_CASE("report.json has predicted and observed of each machine, and every disagreement among the findings",
          "[report]") {
  support::check_golden(WF_SOURCE_DIR "/tests/golden/report/machines.json", to_json(run())); // cli-schema validates it
}

TEST_CASE("every finding of a run is a result in SARIF, those of machines too", "[report]") {
  const auto document = nlohmann::json::parse(to_sarif(run()));
  CHECK(document["version"] == "2.1.0");
  const auto& results = document["runs"][0]["results"];
  REQUIRE(results.size() == 4);
  CHECK(results[0]["ruleId"] == "relr");
  for (std::size_t i = 1; i < results.size(); ++i) {
    CHECK(results[i]["ruleId"] == "not-as-predicted");
    CHECK(results[i]["level"] == "warning");
    CHECK(results[i]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] ==
          "a-1-cp311-cp311-manylinux_2_31_x86_64.whl");
  }
}

TEST_CASE("the page lists disagreements among the cell's findings", "[report]") {
  CHECK_THAT(to_html(run(), {}), Contains("<span class=\"badge warn\">warning</span></td><td>not-as-predicted</td>"));
}
