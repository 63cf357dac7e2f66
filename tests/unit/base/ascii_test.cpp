// Letter case of ASCII text.
#include "orchestrator/base/ascii.hpp"
#include "tests/support/catch.hpp"

using namespace wheelforge;

TEST_CASE("only A to Z change their case, and only to lower case") {
  CHECK(lower_case("") == "");
  CHECK(lower_case("AZ az [`@{ 09_-.") == "az az [`@{ 09_-.");
  CHECK(lower_case("\xC3\x84\xFF") == "\xC3\x84\xFF");
}
