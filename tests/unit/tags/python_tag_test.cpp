// Python and ABI tags: what parses, what it means, what is refused.
#include "orchestrator/tags/python_tag.hpp"

#include "orchestrator/tags/abi_tag.hpp"
#include "tests/support/catch.hpp"

using namespace wheelforge;
using namespace wheelforge::tags;

TEST_CASE("a Python tag is letters, a major and a minor version") {
  CHECK(*parse_python_tag("cp39") == PythonTag{"cp", 3, 9});
  CHECK(*parse_python_tag("cp315") == PythonTag{"cp", 3, 15});
  CHECK(*parse_python_tag("pp311") == PythonTag{"pp", 3, 11});
  CHECK(*parse_python_tag("py3") == PythonTag{"py", 3, std::nullopt});
  CHECK(*parse_python_tag("cp27") == PythonTag{"cp", 2, 7});
}

TEST_CASE("Python tags print as they were written and sort by version") {
  for (const char* text : {"cp39", "cp310", "cp315", "pp311", "py3", "py2", "graalpy311", "pp260"}) {
    CHECK(to_string(*parse_python_tag(text)) == text);
  }
  CHECK(*parse_python_tag("cp39") < *parse_python_tag("cp310"));
  CHECK(dotted_version(*parse_python_tag("cp310")) == "3.10");
}

TEST_CASE("what is not a Python tag is refused") {
  for (const char* text : {"", "cp", "312", "CP312", "cp3.12", "cp312-", "cp3123456", "cp301", "c p312"}) {
    INFO(text);
    CHECK_FALSE(parse_python_tag(text));
  }
}

TEST_CASE("cp313t is explained as an ABI tag") {
  const auto parsed = parse_python_tag("cp313t");
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().hint.find("'cp313'") != std::string::npos);
}

TEST_CASE("CPython ABI tags give their version and flags") {
  CHECK(parse_abi_tag("cp312")->cpython_version() == PythonVersion{3, 12});
  CHECK(parse_abi_tag("cp27mu")->cpython_version() == PythonVersion{2, 7});
  CHECK(parse_abi_tag("cp27mu")->cpython_flags() == "mu");
  CHECK(parse_abi_tag("cp313t")->is_free_threaded());
  CHECK_FALSE(parse_abi_tag("cp313")->is_free_threaded());
  CHECK(parse_abi_tag("abi3t")->is_free_threaded());
  CHECK_FALSE(parse_abi_tag("pypy311_pp73")->cpython_version());
  CHECK(parse_abi_tag("abi3")->is_stable());
  CHECK(parse_abi_tag("none")->is_none());
}

TEST_CASE("an ABI tag is one word") {
  CHECK_FALSE(parse_abi_tag(""));
  CHECK_FALSE(parse_abi_tag("cp3-12"));
  CHECK_FALSE(parse_abi_tag("a.b"));
}
