// Requires-Python: which interpreters a project's clauses keep.
#include "orchestrator/matrix/requires_python.hpp"
#include "tests/support/catch.hpp"

using namespace wheelforge;
using namespace wheelforge::matrix;

TEST_CASE("requires-python keeps a minor version that some patch release could meet") {
  struct Row {
    const char* clauses;
    const char* python;
    bool allowed;
  };
  const auto row = GENERATE(values<Row>({
      {">=3.9", "cp39", true},
      {">=3.9", "pp311", true},
      {">=3.10", "cp39", false},
      {">=3.10.2", "cp310", true},
      {">=3.9,<3.13", "cp313", false},
      {">=3.9, <3.13", "cp312", true},
      {">= 3.9,!=3.12.*", "cp312", false},
      {"!=3.12.1", "cp312", true},
      {"<4", "cp315t", true},
      {"<=3.12", "cp312", false},
      {"<=3.12.99", "cp312", true},
      {"~=3.9", "cp312", true},
      {"~=3.9.1", "cp310", false},
      {"==3.11.*", "cp311", true},
      {"==3.11.*", "cp312", false},
      {"==3.*", "cp312", true},
      {"===3.12", "cp312", false},
      {">3.12", "cp312", true},
      {">=3.10.0rc1,<4.0.0a0", "cp310", true},
      {">=v3.10", "cp39", false},
      {"", "cp39", true},
      {">=3.9,", "cp39", true},
  }));
  const auto parsed = parse_requires_python(row.clauses);
  INFO(row.clauses << " and " << row.python);
  REQUIRE(parsed);
  CHECK(parsed->allows(*parse_interpreter(row.python)) == row.allowed);
  CHECK(parsed->text() == row.clauses);
}

TEST_CASE("a clause that is not PEP 440 is named") {
  const auto clause =
      GENERATE(values<const char*>({"3.9", "^3.9", ">=", ">=3.9.*", "~=3", ">=3.x", "=>3.9", ">=3.9 <4"}));
  const auto parsed = parse_requires_python(clause);
  INFO(clause);
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().message.find(clause) != std::string::npos);
}
