// Wheel tags and compressed sets: there and back, expansion, limits.
#include "orchestrator/tags/wheel_tag.hpp"
#include "tests/support/catch.hpp"

using namespace wheelforge;
using namespace wheelforge::tags;

TEST_CASE("a compressed set prints as it was written") {
  for (const char* text :
       {"cp312-cp312-manylinux_2_28_x86_64", "py2.py3-none-any", "cp39-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64",
        "cp313-cp313t-musllinux_1_2_aarch64", "pp311-pypy311_pp73-manylinux_2_28_x86_64"}) {
    INFO(text);
    const auto set = parse_tag_set(text);
    REQUIRE(set);
    CHECK(to_string(*set) == text);
  }
}

TEST_CASE("a compressed set expands to every triple, platforms innermost") {
  const auto tags = parse_tag_set("py2.py3-none-linux_x86_64.manylinux1_x86_64")->expand();
  REQUIRE(tags.size() == 4);
  CHECK(to_string(tags[0]) == "py2-none-linux_x86_64");
  CHECK(to_string(tags[1]) == "py2-none-manylinux1_x86_64");
  CHECK(to_string(tags[3]) == "py3-none-manylinux1_x86_64");
}

TEST_CASE("a single tag is one triple, and a set contains its triples") {
  const auto one = parse_wheel_tag("cp312-abi3-manylinux2014_x86_64");
  REQUIRE(one);
  CHECK(parse_tag_set("cp312-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64")->contains(*one));
  CHECK_FALSE(parse_tag_set("cp312-abi3-manylinux_2_17_x86_64")->contains(*one));
  CHECK_FALSE(parse_wheel_tag("py2.py3-none-any"));
}

TEST_CASE("a set of wrong shape or of too many triples is refused") {
  CHECK_FALSE(parse_tag_set("cp312-cp312"));
  CHECK_FALSE(parse_tag_set("cp312-cp312-any-any"));
  CHECK_FALSE(parse_tag_set("cp312..cp313-none-any"));
  std::string many = "py3";
  for (int i = 0; i < 70; ++i) {
    many += ".py3";
  }
  std::string abis = "none";
  for (int i = 0; i < 70; ++i) {
    abis += ".none";
  }
  CHECK(parse_tag_set(many + "-none-any"));
  CHECK_FALSE(parse_tag_set(many + "-" + abis + "-any"));
}
