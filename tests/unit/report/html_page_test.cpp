// The HTML page, its escaping, JUnit XML, timings.
#include "orchestrator/report/html_page.hpp"
#include "orchestrator/report/junit_xml.hpp"
#include "orchestrator/report/markup.hpp"
#include "orchestrator/report/timings.hpp"
#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

using namespace wheelforge;
using namespace wheelforge::report;
using namespace std::chrono_literals;
using pipeline::CellReport;
using pipeline::CellStatus;

namespace {

CellReport cell(const std::string& python, CellStatus status) {
  CellReport report;
  report.id = python + "-manylinux_2_28_x86_64";
  report.python = python;
  report.platform = "manylinux_2_28_x86_64";
  report.arch = "x86_64";
  report.accelerator = "cpu";
  report.status = status;
  report.attempts = 1;
  report.steps = {{"build", "ok", "", 0ms, 1500ms, false},
                  {"test:same", "ok", "", 1500ms, 500ms, false},
                  {"test:debian-12", "ok", "", 1600ms, 700ms, false}};
  return report;
}

pipeline::RunReport run() {
  pipeline::RunReport report;
  report.run = "r1";
  report.duration = 3s;
  report.cells = {cell("cp311", CellStatus::ok), cell("cp313", CellStatus::tests_failed)};
  report.cells[0].wheel =
      pipeline::WheelReport{"a-1-cp311.whl", "/w/a-1-cp311.whl", "00", 1234, "manylinux_2_5_x86_64", {}};
  report.cells[0].audit_json =
      R"({"wheels":[{"findings":[{"severity":"warning","code":"WF001","message":"<odd>","path":"a.so"}]}]})";
  report.cells[1].steps[1].status = "failed";
  report.cells[1].failure =
      pipeline::Failure{"test:same", {"ended & <b>", ErrorKind::failed, "look"}, "pytest \"x\"", 1, {"line\x01 <1>"}};
  return report;
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

} // namespace

TEST_CASE("markup lets nothing through that HTML or XML would take for its own", "[report]") {
  CHECK(escaped("a<b>&\"'") == "a&lt;b&gt;&amp;&quot;&#39;");
  CHECK(escaped("\x1b[1m\xff") == "\xEF\xBF\xBD[1m\xEF\xBF\xBD");
  CHECK(escaped("tab\tand ü 漢 😀\n") == "tab\tand ü 漢 😀\n");
  CHECK(escaped("\xed\xa0\x80") == "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"); // a surrogate
}

TEST_CASE("the page shows every cell with its size, policy, findings, failure and log, and needs no other file",
          "[report]") {
  const std::string page = to_html(run(), [](const CellReport& one) { return "the log of " + one.id + " <end>\n"; },
                                   {{"Mach&ines", "<p>more</p>"}});
  CHECK(has(page, "1 of 2 wheels"));
  CHECK(has(page, "href=\"#cp311-manylinux_2_28_x86_64\""));
  CHECK(has(page, "id=\"cp313-manylinux_2_28_x86_64\""));
  CHECK(has(page, "1.2 kB"));
  CHECK(has(page, "manylinux_2_5_x86_64"));
  CHECK(has(page, "WF001"));
  CHECK(has(page, "&lt;odd&gt;"));
  CHECK(has(page, "ended &amp; &lt;b&gt;"));
  CHECK(has(page, "the log of cp311-manylinux_2_28_x86_64 &lt;end&gt;"));
  CHECK(has(page, "<h2>Mach&amp;ines</h2>\n<p>more</p>"));
  CHECK(has(page, "prefers-color-scheme: dark"));
  for (const std::string_view outside : {"http://", "https://", "src=", "<link", "@import"}) {
    CHECK_FALSE(has(page, outside));
  }
}

TEST_CASE("a page of many cells with long logs stays of a size that a browser takes", "[report]") {
  pipeline::RunReport many = run();
  for (int i = 0; i < 200; ++i) {
    many.cells.push_back(cell("cp" + std::to_string(i), CellStatus::ok));
  }
  const std::string log = std::string(1U << 20U, 'x') + "\nlast line\n";
  const std::string page = to_html(many, [&](const CellReport&) { return log; });
  CHECK(page.size() < (30U << 20U));
  CHECK(has(page, "last line"));
}

TEST_CASE("JUnit counts failures of checks and errors of builds, and keeps skipped steps apart", "[report]") {
  pipeline::RunReport report = run();
  report.cells.push_back(cell("cp39", CellStatus::build_failed));
  report.cells[2].steps = {{"build", "failed", "", 0ms, 1s, false}, {"audit", "not-run", "", 0ms, 0ms, false}};
  report.cells[2].failure =
      pipeline::Failure{"build", {"gcc & co", ErrorKind::failed, {}}, "make", 2, {"no such file"}};
  report.cells.push_back(cell("cp38", CellStatus::skipped));
  const std::string xml = to_junit_xml(report);
  CHECK(has(xml, "<testsuites name=\"wheelforge\" tests=\"8\" failures=\"1\" errors=\"1\" skipped=\"1\""));
  CHECK(
      has(xml,
          "<failure message=\"ended &amp; &lt;b&gt;\">$ pytest &quot;x&quot;\nline\xEF\xBF\xBD &lt;1&gt;\n</failure>"));
  CHECK(has(xml, "<error message=\"gcc &amp; co\">"));
  CHECK_FALSE(has(xml, "cp38"));
}

TEST_CASE("steps side by side stand in lanes of their own in page and trace", "[report]") {
  const auto trace = nlohmann::json::parse(chrome_trace(run()));
  std::map<std::string, int> lanes;
  for (const auto& event : trace["traceEvents"]) {
    if (event["ph"] == "X" && event["pid"] == 1) {
      lanes[event["name"]] = event["tid"];
    }
  }
  CHECK(lanes == std::map<std::string, int>{{"build", 0}, {"test:debian-12", 1}, {"test:same", 0}});
  const std::string page = timings_page(run());
  CHECK(has(page, "cp311-manylinux_2_28_x86_64 test:debian-12: ok, 0.7 s from 1.6 s"));
  CHECK(has(page, "3 steps at most") == false);
  CHECK(has(timings_page({}), "No step was run"));
}
