// One file name, one cell.
#include "orchestrator/pipeline/wheel_claims.hpp"
#include "tests/support/catch.hpp"

using namespace wheelforge::pipeline;

TEST_CASE("a second cell with the same wheel name is told who has it") {
  WheelClaims claims;
  REQUIRE(claims.claim("a.whl", "cp39"));
  CHECK(claims.claim("a.whl", "cp39"));
  const auto second = claims.claim("a.whl", "cp311");
  REQUIRE_FALSE(second);
  CHECK(second.error().message == "cp39 and cp311 both made a wheel of the name a.whl");
}

TEST_CASE("who shares an abi3 wheel learns that it failed elsewhere, and a retry brings a fresh one") {
  WheelClaims claims;
  claims.offer("family", {"cp39", "a.whl", 9, {}, {}});
  claims.refuse("cp311", "audit", "not the owner");
  CHECK(claims.shared_wheel("family", 11)->failed_step.empty());
  claims.refuse("cp39", "test:same", "the test ended with exit code 1");
  CHECK(claims.shared_wheel("family", 11)->failed_step == "test:same");
  claims.offer("family", {"cp311", "b.whl", 9, {}, {}});
  CHECK(claims.shared_wheel("family", 11)->cell == "cp39");
  claims.offer("family", {"cp39", "c.whl", 9, {}, {}});
  CHECK(claims.shared_wheel("family", 11)->wheel == "c.whl");
  CHECK(claims.shared_wheel("family", 11)->failed_step.empty());
}

TEST_CASE("an abi3 wheel is shared with its own Python and later ones only") {
  WheelClaims claims;
  claims.offer("manylinux_2_31_x86_64", {"cp311-manylinux_2_31_x86_64", "a.whl", 11, {}, {}});
  CHECK_FALSE(claims.shared_wheel("manylinux_2_31_x86_64", 9));
  CHECK(claims.shared_wheel("manylinux_2_31_x86_64", 11));
  CHECK(claims.shared_wheel("manylinux_2_31_x86_64", 13)->cell == "cp311-manylinux_2_31_x86_64");
  CHECK_FALSE(claims.shared_wheel("musllinux_1_2_x86_64", 13));
}
