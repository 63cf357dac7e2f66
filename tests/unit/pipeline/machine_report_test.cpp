// Prediction against observation.
#include "orchestrator/pipeline/machine_report.hpp"
#include "tests/support/catch.hpp"

using namespace wheelforge;
using namespace wheelforge::pipeline;
using Catch::Matchers::Contains;

namespace {

constexpr const char* kSentence = "libgomp.so.1: cannot open shared object file: No such file or directory";

MachineReport report() {
  MachineReport report;
  report.place = "image:own";
  report.distribution = "debian-12";
  report.python = "3.11.2";
  report.libc = "glibc 2.36";
  report.predicted = {
      true, "26.1", "", "packages", {{"a.so", std::nullopt}, {"b.so", kSentence}, {"tool", std::nullopt}}};
  report.observed = {"passed", true, FileLoads{{"a.so", std::nullopt}, {"b.so", kSentence}}};
  return report;
}

} // namespace

TEST_CASE("what was predicted and seen alike is no disagreement, failing files included", "[pipeline]") {
  CHECK(disagreements(report()).empty());
  CHECK(failing_files(report().predicted.loads) == 1);
}

TEST_CASE("another sentence, a file that loads after all, and an unexpected refusal each disagree", "[pipeline]") {
  MachineReport one = report();
  one.observed.loads = FileLoads{{"a.so", "a.so: undefined symbol: f"}, {"b.so", std::nullopt}};
  one.observed.installed = false;
  const auto found = disagreements(one);
  REQUIRE(found.size() == 3);
  CHECK(found[0].path.empty());
  CHECK_THAT(found[0].message, Contains("pip 26.1 was expected to take it"));
  CHECK(found[1] ==
        Disagreement{"a.so", "the prediction was that it loads, the loader says \"a.so: undefined symbol: f\""});
  CHECK_THAT(found[2].message, Contains("the loader says that it loads"));
}

TEST_CASE("what was not tried or not predicted disagrees with nothing", "[pipeline]") {
  MachineReport untried = report();
  untried.observed = {"no-python", std::nullopt, std::nullopt};
  CHECK(disagreements(untried).empty());
  MachineReport unknown = report();
  unknown.predicted = {};
  CHECK(disagreements(unknown).empty());
}

TEST_CASE("a machine's report survives being kept", "[pipeline]") {
  MachineReport untried = report();
  untried.observed = {"no-python", std::nullopt, std::nullopt};
  untried.predicted = {};
  for (const MachineReport& one : {report(), untried}) {
    const auto again = parse_machine_report(to_json(one));
    REQUIRE(again);
    CHECK(*again == one);
  }
  CHECK_FALSE(parse_machine_report("{}"));
  CHECK_FALSE(parse_machine_report("half"));
}
