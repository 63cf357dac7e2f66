// What the observer in a test container prints.
#include "orchestrator/wheeltest/observation.hpp"
#include "tests/support/catch.hpp"

using namespace wheelforge;
using namespace wheelforge::wheeltest;

TEST_CASE("an observation tells the machine, its Python and each library's sentence", "[wheeltest]") {
  const auto observation = parse_observation(
      R"({"distribution": "debian-12", "libc": "glibc 2.36", "python": "3.11.2", "loads": {"a.so": null, "b.so": "no"}})");
  REQUIRE(observation);
  CHECK(*observation == Observation{"debian-12", "glibc 2.36", "3.11.2", {{"a.so", std::nullopt}, {"b.so", "no"}}});
}

TEST_CASE("what is no observation is refused", "[wheeltest]") {
  const auto bad = GENERATE(values<const char*>({"", "[]", "{}", R"({"loads": []})", R"({"loads": {"a.so": 1}})"}));
  INFO(bad);
  CHECK_FALSE(parse_observation(bad));
}
