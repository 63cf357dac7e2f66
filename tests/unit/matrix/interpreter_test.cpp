// Interpreters: names, tags and folders.
#include "orchestrator/matrix/interpreter.hpp"
#include "tests/support/catch.hpp"

using namespace wheelforge;
using namespace wheelforge::matrix;

TEST_CASE("every known interpreter is parsed by its own name") {
  CHECK(known_interpreters().size() == 11);
  for (const Interpreter& one : known_interpreters()) {
    CHECK(parse_interpreter(to_string(one)) == one);
  }
}

TEST_CASE("an interpreter knows its ABI tag and its folder in a build image") {
  CHECK(folder_of(*parse_interpreter("cp39")) == "cp39-cp39");
  CHECK(folder_of(*parse_interpreter("cp313t")) == "cp313-cp313t");
  CHECK(folder_of(*parse_interpreter("pp311")) == "pp311-pypy311_pp73");
  CHECK(abi_of(*parse_interpreter("cp314t")).text == "cp314t");
}

TEST_CASE("an unknown interpreter fails with those that are known") {
  const auto parsed = parse_interpreter("cp312t");
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().message.find("cp313t") != std::string::npos);
}
