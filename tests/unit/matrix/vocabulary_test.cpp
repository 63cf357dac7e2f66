// Names that others give: unknown ones are found wherever they stand, with their place.
#include "orchestrator/matrix/parse.hpp"
#include "orchestrator/matrix/vocabulary.hpp"
#include "tests/support/catch.hpp"

using namespace wheelforge::matrix;

namespace {
const Vocabulary kVocabulary{
    {"note", "warning", "error", "executable-stack"}, {"debian-11", "debian-12"}, {"test", "docs"}};
} // namespace

TEST_CASE("names that are known are accepted, and images are not asked about") {
  const auto file = parse_matrix("[audit]\nfail-on = [\"warning\", \"executable-stack\"]\n[test]\n"
                                 "on = [\"same\", \"debian-12\", \"image:example.com/rhel8\"]\ngroups = \"test\"\n",
                                 "wheelforge.toml");
  REQUIRE(file);
  CHECK(check_words(*file, kVocabulary).empty());
}

TEST_CASE("unknown names are reported with place, nearest name and advice, in overrides too") {
  const auto file = parse_matrix("[audit]\nfail-on = [\"executable-stak\"]\n[test]\non = \"debain-12\"\n[[override]]\n"
                                 "select = \"cp39-*\"\ntest.groups = [\"docs\", \"tests\"]\n",
                                 "wheelforge.toml");
  REQUIRE(file);
  const Diagnostics found = check_words(*file, kVocabulary);
  REQUIRE(found.size() == 3);
  CHECK(render(found) ==
        R"(wheelforge.toml:2:12: error: audit.fail-on: 'executable-stak' is neither a severity nor the code of a finding
  2 | fail-on = ["executable-stak"]
    |            ^~~~~~~~~~~~~~~~~
  did you mean 'executable-stack'?
  allowed: note, warning, error, executable-stack
  hint: the codes are in the manual
wheelforge.toml:4:6: error: test.on: 'debain-12' is no machine that wheels can be tested on
  4 | on = "debain-12"
    |      ^~~~~~~~~~~
  did you mean 'debian-12'?
  allowed: debian-11, debian-12
  hint: any image can be named as "image:NAME"
wheelforge.toml:7:24: error: test.groups: 'tests' is no dependency group of the project
  7 | test.groups = ["docs", "tests"]
    |                        ^~~~~~~
  did you mean 'test'?
  allowed: test, docs
  hint: groups stand in [dependency-groups]
3 errors
)");
}
