// What is made of the table of keys and stands in the repository: the JSON Schema and the manual's reference.
#include "orchestrator/matrix/json_schema.hpp"
#include "orchestrator/matrix/key_reference.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/golden.hpp"

using namespace wheelforge;

TEST_CASE("docs/schema has the JSON Schema that the table of keys makes") {
  support::check_golden(WF_SOURCE_DIR "/docs/schema/wheelforge.schema.json", matrix::json_schema());
}

TEST_CASE("the manual's reference of the matrix file is the one that the table of keys makes") {
  const std::string path = WF_SOURCE_DIR "/docs/manual/matrix.md";
  const std::string begin = "<!-- reference: begin -->\n";
  const std::string end = "\n<!-- reference: end -->";
  const std::string text = support::read_text(path);
  const std::size_t from = text.find(begin);
  const std::size_t to = text.find(end);
  REQUIRE(from != std::string::npos);
  REQUIRE(to != std::string::npos);
  support::check_golden(path, text.substr(0, from + begin.size()) + matrix::key_reference() + text.substr(to));
}
