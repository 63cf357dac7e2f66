// Globs: what each piece of their grammar matches, and what is refused.
#include "orchestrator/matrix/glob.hpp"
#include "tests/support/catch.hpp"

using namespace wheelforge;
using namespace wheelforge::matrix;

namespace {
bool matches(const char* glob, const char* name) {
  const auto parsed = parse_glob(glob);
  INFO("glob " << glob << ", name " << name);
  REQUIRE(parsed);
  return parsed->matches(name);
}
} // namespace

TEST_CASE("a glob matches whole names as fnmatch does, with the braces of shells") {
  struct Row {
    const char* glob;
    const char* name;
    bool matches;
  };
  const auto row = GENERATE(values<Row>({
      {"cp39-*", "cp39-manylinux_2_28_x86_64", true},
      {"cp39-*", "cp39t-manylinux_2_28_x86_64", false},
      {"cp39", "cp39-manylinux_2_28_x86_64", false},
      {"*", "", true},
      {"**a**", "bab", true},
      {"*-musllinux_*", "cp39-musllinux_1_2_x86_64", true},
      {"CP39-*", "cp39-x", false},
      {"cp3?-*", "cp39-x", true},
      {"cp3?-*", "cp310-x", false},
      {"cp31[!01]-*", "cp312-x", true},
      {"cp31[!01]-*", "cp311-x", false},
      {"[gp]p*", "pp311-x", true},
      {"[a-c]x", "bx", true},
      {"[a-c]x", "dx", false},
      {"[]]x", "]x", true},
      {"[!]]x", "ax", true},
      {"cp3{9..15}{t,}-*", "cp314t-x", true},
      {"cp3{9..15}{t,}-*", "cp39-x", true},
      {"cp3{9..15}{t,}-*", "cp316-x", false},
      {"{c..a}1", "b1", true},
      {"x{a,{b,c}d}", "xcd", true},
      {"x{a,{b,c}d}", "xc", false},
      {"x{a}", "x{a}", true},
      {"*+cuda-12.8", "cp39-manylinux_2_28_x86_64+cuda-12.8", true},
      {"*a*b*c*d", "xaxbxcxbxd", true},
      {"*a*b*c*d", "xaxbxdxc", false},
  }));
  CHECK(matches(row.glob, row.name) == row.matches);
}

TEST_CASE("a glob that cannot mean anything is refused with the glob in the message") {
  const auto glob = GENERATE(values<const char*>({"cp3[9", "{a,b", "a}b", "a b", "x{1..2000}y", "[!]", "[]"}));
  const auto parsed = parse_glob(glob);
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().kind == ErrorKind::usage);
  CHECK(parsed.error().message.find(glob) != std::string::npos);
  CHECK_FALSE(parse_glob(""));
  CHECK_FALSE(parse_glob(std::string(2000, 'a')));
}

TEST_CASE("braces that multiply are bounded") {
  CHECK(parse_glob("{1..10}{1..10}{1..10}"));
  CHECK_FALSE(parse_glob("{1..10}{1..10}{1..10}{1..2}"));
  std::string many;
  for (int at = 0; at < 100; ++at) {
    many += "{a,b}";
  }
  CHECK_FALSE(parse_glob(many));
}
