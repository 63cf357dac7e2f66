// What two images hold and how they differ.
#include "orchestrator/lifecycle/image_diff.hpp"

#include "tests/support/catch.hpp"

using namespace wheelforge;
using namespace wheelforge::lifecycle;
using Catch::Matchers::ContainsSubstring;

namespace {

const char* const kOld =
    "os\talmalinux\t8.10\npackage\tglibc.x86_64\t2.28-251.el8\npackage\tkernel\t1\npackage\tkernel\t2\n"
    "tool\tgcc\t13.3.1\npython\tcp39-cp39\t3.9.20\npython\tcp312-cp312\t3.12.8\n";
const char* const kNew = "os\talmalinux\t8.10\npackage\tglibc.x86_64\t2.28-251.el8_10.16\npackage\tkernel\t1\n"
                         "package\tkernel\t2\ntool\tgcc\t14.2.1\npython\tcp312-cp312\t3.12.9\npackage\tzstd\t1\n";

} // namespace

TEST_CASE("changed, added and removed things are told: tools, Pythons, packages") {
  const auto before = parse_image_contents(kOld, "x@sha256:1");
  const auto after = parse_image_contents(kNew, "x@sha256:2");
  REQUIRE(before);
  REQUIRE(after);
  CHECK(before->packages.at("kernel") == "1, 2");
  CHECK(compare_contents(*before, *after) ==
        std::vector<ContentsChange>{{"tool", "gcc", "13.3.1", "14.2.1"},
                                    {"python", "cp312-cp312", "3.12.8", "3.12.9"},
                                    {"python", "cp39-cp39", "3.9.20", ""},
                                    {"package", "glibc.x86_64", "2.28-251.el8", "2.28-251.el8_10.16"},
                                    {"package", "zstd", "", "1"}});
  CHECK(compare_contents(*before, *before).empty());
  CHECK_THAT(changes_text(*before, *after), ContainsSubstring("1 tools, 2 Pythons and 2 packages changed"));
  CHECK_THAT(changes_json(*before, *after), ContainsSubstring("\"after\": null"));
}

TEST_CASE("an answer that is none of the script's is refused") {
  CHECK_THAT(parse_image_contents("sh: not found\n", "x").error().message, ContainsSubstring("line 1"));
  CHECK_THAT(parse_image_contents("what\ta\tb\n", "x").error().message, ContainsSubstring("\"what\""));
  CHECK_THAT(parse_image_contents("os\tscratch\t1\n", "x").error().message, ContainsSubstring("lists a package"));
}
