// Claims about the table of CPython versions.
#include "orchestrator/platform/python_release.hpp"

#include "tests/support/catch.hpp"

using namespace wheelforge;
using namespace wheelforge::platform;

TEST_CASE("the built-in table knows the end and the latest micro version of a Python") {
  const PythonRelease* found = find_python_release(known_python_releases(), 3, 12);
  REQUIRE(found != nullptr);
  CHECK(found->ends == "2028-10-31");
  CHECK(found->latest == "3.12.14");
  CHECK(find_python_release(known_python_releases(), 4, 0) == nullptr);
}

TEST_CASE("python releases are sorted by version and not by text") {
  const std::vector<PythonRelease>& all = known_python_releases();
  REQUIRE(all.size() > 10);
  CHECK(all.front().name() == "2.6");
  CHECK(all.back().name() == "3.14");
}

TEST_CASE("broken python releases are refused") {
  CHECK_FALSE(parse_python_releases("{"));
  CHECK_FALSE(parse_python_releases(R"({"python":{"three":{}}})"));
  CHECK_FALSE(parse_python_releases(R"({"python":{"3.9":{"release":"2020-10-05"}}})"));
}
