// Findings of a cell: the audit's, and those of users' machines.
#include "orchestrator/pipeline/cell_findings.hpp"
#include "orchestrator/pipeline/step_inputs.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/pipeline/planned_cell.hpp"

using namespace wheelforge;
using namespace wheelforge::pipeline;

namespace {

MachineReport machine(FileLoads observed) {
  MachineReport report;
  report.place = "debian-12";
  report.distribution = "debian-12";
  report.python = "3.11.2";
  report.predicted = {true, "26.1", "", "packages", {{"a.so", std::nullopt}, {"b.so", std::nullopt}}};
  report.observed = {"passed", true, std::move(observed)};
  return report;
}

matrix::AuditOptions failing_on(std::vector<std::string> words) {
  matrix::AuditOptions options;
  options.fail_on = std::move(words);
  return options;
}

} // namespace

TEST_CASE("every disagreement is a warning that names the machine, its Python and the file", "[pipeline]") {
  CHECK(findings_of(machine({{"a.so", std::nullopt}, {"b.so", std::nullopt}})).empty());
  const auto found = findings_of(machine({{"a.so", "a.so: undefined symbol: f"}, {"b.so", "b.so: odd"}}));
  REQUIRE(found.size() == 2);
  CHECK(found[0].code == kNotAsPredicted);
  CHECK(found[0].severity == audit::Severity::warning);
  CHECK(found[0].path == "a.so");
  CHECK(found[0].message == "on debian-12 with Python 3.11.2: the prediction was that it loads, the loader says "
                            "\"a.so: undefined symbol: f\"");
  CHECK_FALSE(found[0].hint.empty());
  CHECK(line_of(found[0]) == "not-as-predicted: a.so: " + found[0].message);
}

TEST_CASE("a cell's findings are those of its audit and of its machines", "[pipeline]") {
  CellReport cell;
  CHECK(findings_of(cell).empty());
  cell.audit_json = R"({"wheels":[{"findings":[
    {"code":"relr","severity":"note","path":"a.so","message":"m","hint":"h"},
    {"code":"claim-linux","severity":"warning","path":null,"message":"m","hint":null}, 7]}]})";
  cell.machines = {machine({{"a.so", "a.so: odd"}}), machine({{"a.so", std::nullopt}}),
                   machine({{"b.so", "b.so: odd"}})};
  const auto found = findings_of(cell);
  REQUIRE(found.size() == 4);
  CHECK(found[0] == audit::Finding{"relr", audit::Severity::note, "a.so", "m", "h"});
  CHECK(found[1] == audit::Finding{"claim-linux", audit::Severity::warning, "", "m", ""});
  CHECK(found[2].path == "a.so");
  CHECK(found[3].path == "b.so");
  for (const char* odd : {"half", "[]", R"({"wheels":[]})", R"({"wheels":[{"findings":7}]})", R"({"wheels":7})"}) {
    cell.audit_json = odd;
    CHECK(findings_of(cell).size() == 2);
  }
}

TEST_CASE("fail-on names disagreements by code, and by a severity that is not worse", "[pipeline]") {
  CHECK(refuses_disagreements(failing_on({"not-as-predicted"})));
  CHECK(refuses_disagreements(failing_on({"warning"})));
  CHECK(refuses_disagreements(failing_on({"error", "note"})));
  CHECK_FALSE(refuses_disagreements(failing_on({"error", "relr"})));
  CHECK_FALSE(refuses_disagreements({}));
}

TEST_CASE("a test on a machine is run again when disagreements are no longer let pass", "[pipeline]") {
  StepFacts facts;
  facts.images->put("image", "sha256:1");
  facts.environment = [](std::string_view) { return std::optional<std::string>(); };
  const auto key = [&](const char* place, std::vector<std::string> words) {
    matrix::CellOptions options;
    options.audit = failing_on(std::move(words));
    plan::PlannedCell cell = planned_cell("cp311", "manylinux_2_28_x86_64", std::move(options));
    const auto inputs = test_inputs(cell, facts, place, "digest", TestedWheel::own);
    REQUIRE(inputs);
    return key_of(*inputs).hex();
  };
  CHECK(key("same", {"error"}) == key("same", {"warning"}));
  CHECK(key("image:image", {"error"}) == key("image:image", {"error", "relr"}));
  CHECK(key("image:image", {"error"}) != key("image:image", {"warning"}));
}
