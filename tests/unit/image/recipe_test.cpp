// The built-in recipe against the files it was made of.
#include "orchestrator/image/recipe.hpp"

#include "orchestrator/image/catalog.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/golden.hpp"

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>

using namespace wheelforge;
using namespace wheelforge::image;

namespace {

const std::filesystem::path kFolder = WF_SOURCE_DIR "/images/debian";

} // namespace

TEST_CASE("every file of images/debian is in the program, sorted by name") {
  std::set<std::string> on_disk;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    if (entry.is_regular_file()) { // the cross tool set's recipe is one of its own
      on_disk.insert(entry.path().filename().string());
    }
  }
  std::set<std::string> embedded;
  std::string last;
  for (const RecipeFile& file : debian_recipe()) {
    CHECK(std::string(file.name) > last);
    last = file.name;
    embedded.insert(last);
    CHECK(file.bytes == support::read_text((kFolder / file.name).string()));
  }
  CHECK(embedded == on_disk);
}

TEST_CASE("the recipe of cross tool sets is in the program") {
  std::size_t on_disk = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder / "cross")) {
    on_disk += entry.is_regular_file() ? 1 : 0;
  }
  CHECK(cross_recipe().size() == on_disk);
  for (const RecipeFile& file : cross_recipe()) {
    CHECK(file.bytes == support::read_text((kFolder / "cross" / file.name).string()));
  }
}

TEST_CASE("the catalogue and the recipe know the same images, and of the baselines the same Pythons") {
  const std::string releases = support::read_text((kFolder / "releases").string());
  const ImageCatalog& catalog = known_catalog();
  for (const TestImage& test : catalog.tests) {
    CHECK_THAT(releases, Catch::Matchers::ContainsSubstring("\n" + test.recipe + " "));
  }
  for (const ImageFamily& family : catalog.families) {
    if (family.origin != Origin::built_here) {
      continue;
    }
    const std::size_t at = releases.find("\n" + family.recipe + " ");
    REQUIRE(at != std::string::npos);
    const std::string line = releases.substr(at + 1, releases.find('\n', at + 1) - at - 1);
    CHECK_THAT(line, Catch::Matchers::ContainsSubstring(" " + family.policy + " "));
    // One Python more than the line compiles: the release's own.
    const auto compiled = static_cast<std::size_t>(std::count(line.begin(), line.end(), '@'));
    CHECK(family.images.at(0).pythons.size() == compiled + 1);
  }
}
