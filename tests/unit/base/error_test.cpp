// Errors: how they are made, passed on, and given context.
#include "orchestrator/base/error.hpp"
#include "tests/support/catch.hpp"

using namespace wheelforge;

namespace {
Result<int> positive(int value) {
  if (value <= 0) {
    return fail(ErrorKind::usage, "{} is not positive", value);
  }
  return value;
}

Result<int> doubled(int value) {
  WF_TRY_CONTEXT(const int checked, positive(value), "doubling");
  return 2 * checked;
}
} // namespace

TEST_CASE("WF_TRY passes a value on and returns an error with its context") {
  CHECK(doubled(2) == 4);
  const auto failed = doubled(-1);
  REQUIRE_FALSE(failed);
  CHECK(failed.error() == Error{"doubling: -1 is not positive", ErrorKind::usage, ""});
}

TEST_CASE("a hint is kept beside the message") {
  CHECK(with_hint(fail("no"), "do this").value() == Error{"no", ErrorKind::failed, "do this"});
}
