// Labels of recipes: every toolchain has one of every kind that the matrix can ask for.
#include "orchestrator/toolchain/label.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>

using namespace wheelforge::toolchain;

TEST_CASE("label kinds have the names of the matrix file") {
  CHECK(find_label_kind("none") == LabelKind::none);
  CHECK(find_label_kind("local") == LabelKind::local);
  CHECK(find_label_kind("build-tag") == LabelKind::build_tag);
  CHECK_FALSE(find_label_kind("variant "));
}

TEST_CASE("every recipe can be labelled in every way, and no two of one family in the same") {
  const auto kind = GENERATE(LabelKind::local, LabelKind::build_tag, LabelKind::variant);
  std::vector<std::string> seen;
  for (const Recipe& recipe : known_recipes()) {
    const Label label = label_of(recipe, kind);
    INFO(recipe.id());
    CHECK_FALSE(label.text.empty());
    CHECK(std::find(seen.begin(), seen.end(), label.text) == seen.end());
    seen.push_back(label.text);
    CHECK_FALSE(label_of(recipe, LabelKind::suffix).text.empty());
  }
}

TEST_CASE("a label is shown as it will stand in the file name") {
  const auto& all = known_recipes();
  const auto cuda = std::find_if(all.begin(), all.end(), [](const Recipe& one) { return one.id() == "cuda-13.5"; });
  REQUIRE(cuda != all.end());
  CHECK(to_string(label_of(*cuda, LabelKind::local)) == "+cu135");
  CHECK(to_string(label_of(*cuda, LabelKind::suffix)) == "-cu13");
  CHECK(to_string(label_of(*cuda, LabelKind::build_tag)) == "-1_cu135-");
  CHECK(to_string(label_of(*cuda, LabelKind::variant)) == "-cu135.whl");
  CHECK(to_string(label_of(*cuda, LabelKind::none)).empty());
}
