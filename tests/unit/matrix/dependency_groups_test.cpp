// PEP 735 groups: includes, names, circles.
#include "orchestrator/matrix/dependency_groups.hpp"
#include "tests/support/catch.hpp"

using namespace wheelforge::matrix;

TEST_CASE("an include stands for the group's requirements, whatever the spelling of its name") {
  const auto groups = parse_dependency_groups("[dependency-groups]\n"
                                              "Test_Base = ['pytest']\n"
                                              "all = ['numpy', {include-group = 'test-base'}, 'mypy']\n",
                                              "pyproject.toml");
  REQUIRE(groups);
  CHECK(*groups == DependencyGroups{{"all", {"numpy", "pytest", "mypy"}}, {"test-base", {"pytest"}}});
}

TEST_CASE("a circle, an unknown group and a wrong entry are told with their places") {
  struct Case {
    std::string text, message;
    int line;
  };
  const auto c = GENERATE(values<Case>({
      {"[dependency-groups]\na = [{include-group = 'a'}]\n", "dependency group \"a\" includes itself", 2},
      {"[dependency-groups]\na = [{include-group = 'b'}]\n", "no dependency group has the name \"b\"", 2},
      {"[dependency-groups]\na = [\n 3]\n",
       "an entry of a dependency group is a requirement or {include-group = \"NAME\"}", 3},
  }));
  const auto groups = parse_dependency_groups(c.text, "pyproject.toml");
  REQUIRE_FALSE(groups);
  CHECK(groups.error().front().message == c.message);
  CHECK(groups.error().front().at.line == c.line);
}

TEST_CASE("a file without groups has none") {
  CHECK(parse_dependency_groups("[project]\nname = 'x'\n", "pyproject.toml") == DependencyGroups{});
}
