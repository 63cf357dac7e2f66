// Documents: order, places, and the input that must not bring a parser down.
#include "orchestrator/matrix/document.hpp"
#include "tests/support/catch.hpp"

using namespace wheelforge::matrix;

namespace {
Checked<Node> parsed(std::string text) { return parse_document({"test.toml", std::move(text)}); }
} // namespace

TEST_CASE("entries keep the order they were written in") {
  const auto root = parsed("[b]\nz = 1\na = 2\nm.x = 3\nc = { q = 1, b = 2 }\n[a]\n");
  REQUIRE(root);
  std::string order;
  for (const Entry& entry : *root->find("b")->value.table()) {
    order += entry.key;
  }
  CHECK(order == "zamc");
  CHECK(root->table()->front().key == "b");
  CHECK(root->find("b")->value.find("c")->value.table()->front().key == "q");
}

TEST_CASE("every value knows its line, its column in characters and its length") {
  const auto root = parsed("# ü\nname = \"größe\" # x\nlist = [1,\n  \"two\"]\n");
  REQUIRE(root);
  CHECK(root->find("name")->key_at == Location{2, 1, 4});
  CHECK(root->find("name")->value.at == Location{2, 8, 7});
  CHECK(root->find("list")->value.at == Location{3, 8, 3}); // to the end of its first line
  CHECK(root->find("list")->value.array()->at(1).at == Location{4, 3, 5});
}

TEST_CASE("a syntax error is one diagnostic with its place") {
  const auto root = parsed("a = 1\nb = \n");
  REQUIRE_FALSE(root);
  REQUIRE(root.error().size() == 1);
  CHECK(root.error()[0].at.line == 2);
  CHECK(root.error()[0].source_line == "b = ");
}

TEST_CASE("input made to exhaust a parser is refused") {
  std::string many_parts = "a";
  for (int at = 0; at < 100000; ++at) {
    many_parts += ".a";
  }
  CHECK_FALSE(parsed(many_parts + " = 1"));
  CHECK_FALSE(parsed("[" + many_parts + "]"));
  CHECK_FALSE(parsed("x = { " + many_parts + " = 1 }"));
  CHECK_FALSE(parsed("x = " + std::string(100000, '[')));
  CHECK_FALSE(parsed(std::string(5 << 20, ' ')));
  CHECK_FALSE(parsed("x = 1e99999999999999999999999"));
  CHECK_FALSE(parsed("x = 123456789012345678901234567890"));
  CHECK_FALSE(parsed(std::string("x = \"\xff\xfe\"")));
}

TEST_CASE("dots in strings, comments and numbers are no parts of a key") {
  const std::string dots(200, '.');
  CHECK(parsed("a = \"" + dots + "\"\nb = '" + dots + "'\nc = \"\"\"\n" + dots + "\"\"\"\n# " + dots + "\nd = 1.5\n"));
  CHECK(parsed("list = [1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5,"
               "1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5]\n"));
}

TEST_CASE("a value is shown as TOML, in at most 40 bytes") {
  const auto root =
      parsed("a = [1, 2.5, true, \"x\\\"y\", { k = 1979-05-27 }]\nb = \"" + std::string(100, 'x') + "\"\n");
  REQUIRE(root);
  CHECK(show(root->find("a")->value) == "[1, 2.5, true, \"x\\\"y\", { k = a date or …");
  CHECK(show(root->find("b")->value).size() <= 42);
  CHECK(type_name(root->find("a")->value) == "an array");
}

TEST_CASE("letters outside ASCII are fine in strings and comments and refused outside") {
  CHECK(parsed("\xEF\xBB\xBF# \u3042\n\"\u3042\" = '\u3042'\nb = \"\"\"\\\n  \u3042\"\"\"\n"));
  const auto root = parsed("a = 1\n\u3042 = 2\n");
  REQUIRE_FALSE(root);
  CHECK(root.error()[0].message == "not TOML: '\u3042' stands outside quotes");
  CHECK(root.error()[0].at == Location{2, 1, 1});
}

TEST_CASE("bytes that are not UTF-8 are refused with their place") {
  const auto bytes =
      GENERATE(values<const char*>({"\x80", "\xC0\xAF", "\xC3", "\xE0\x80\xAF", "\xED\xA0\x80", "\xE6\xE6\xE6",
                                    "\xF0\x80\x80\xAF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF"}));
  const auto root = parsed("# fine\n# \u00fc " + std::string(bytes) + "\n");
  REQUIRE_FALSE(root);
  CHECK(root.error()[0].message.find("is not UTF-8") != std::string::npos);
  CHECK(root.error()[0].at == Location{2, 5, 1});
}
