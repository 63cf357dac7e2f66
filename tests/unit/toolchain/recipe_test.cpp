// Recipes and locks: what is read, and what is refused with a place.
#include "orchestrator/toolchain/choose.hpp"
#include "orchestrator/toolchain/lock.hpp"
#include "orchestrator/toolchain/recipe.hpp"
#include "tests/support/catch.hpp"

#include <string>

using namespace wheelforge;
using namespace wheelforge::toolchain;
using Catch::Matchers::ContainsSubstring;

namespace {

const std::string kLeast =
    "name = \"own\"\nversion = \"1.2\"\ntitle = \"Own 1.2\"\nsummary = \"x\"\narches = [\"x86_64\"]\n";
const std::string kPart = "[[part]]\nkind = \"pypi\"\nname = \"own-wheel\"\nversion = \"==1.2.*\"\n";

std::string why(const std::string& text) {
  const auto recipe = parse_recipe(text, "own.toml");
  REQUIRE_FALSE(recipe);
  return recipe.error().message;
}

} // namespace

TEST_CASE("every recipe of the repository can be read, and is the only one of its id") {
  const auto texts = known_recipe_texts();
  REQUIRE(texts.size() >= 15);
  for (const RecipeText& one : texts) {
    const auto recipe = parse_recipe(one.text, one.file);
    INFO(one.file);
    REQUIRE(recipe);
    CHECK(one.file == "recipes/" + recipe->id() + ".toml");
    for (const std::string& target : recipe->targets.usual) {
      CHECK(target.rfind(recipe->targets.prefix, 0) == 0);
    }
  }
  CHECK(known_recipes().size() == texts.size());
}

TEST_CASE("a recipe is refused with the place and what is wanted") {
  CHECK(parse_recipe(kLeast + kPart, "own.toml"));
  CHECK_THAT(why(kLeast), ContainsSubstring("there is no [[part]]"));
  CHECK_THAT(why(kLeast + "colour = 1\n" + kPart), ContainsSubstring("unknown key \"colour\""));
  CHECK_THAT(why(kLeast + "[[part]]\nkind = \"rpm\"\n"), ContainsSubstring("wanted pypi, deb, archive, image-has"));
  CHECK_THAT(why(kLeast + "[[part]]\nkind = \"archive\"\nurl = \"https://x/y.tar\"\nsha256 = \"12\"\n"),
             ContainsSubstring("64 lower-case hexadecimal digits"));
  CHECK_THAT(why(kLeast + kPart + "[prefix]\nroot = \"../x\"\n"), ContainsSubstring("without \"..\""));
  CHECK_THAT(why(kLeast + kPart + "[compiler]\ngcc-min = 9\ngcc-max = 8\n"), ContainsSubstring("above gcc-max"));
  CHECK_THAT(why(kLeast + kPart + "[targets]\nprefix = \"sm_\"\nknown = [\"gfx90a\"]\n"),
             ContainsSubstring("does not begin with \"sm_\""));
}

TEST_CASE("the folder of libraries that users have from elsewhere is one of a mounted prefix") {
  const std::string kRunTime = "[driver]\nrun-time = \"usr/lib\"\n";
  CHECK(parse_recipe(kLeast + kPart + kRunTime, "own.toml")->driver.run_time == "usr/lib");
  CHECK(parse_recipe(kLeast + kPart, "own.toml")->driver.run_time.empty());
  CHECK_THAT(why(kLeast + kPart + "[driver]\nrun-time = \"/usr/lib\"\n"), ContainsSubstring("wanted a relative path"));
  CHECK_THAT(why(kLeast + "[[part]]\nkind = \"image-has\"\npath = \"/opt/own\"\n" + kRunTime),
             ContainsSubstring("a toolchain that the image has is not mounted for tests"));
}

TEST_CASE("an accelerator is the newest locked version that begins so, else the newest recipe") {
  Toolchains toolchains;
  toolchains.recipes = known_recipes();
  const auto x86 = tags::Architecture::x86_64;
  CHECK(choose(toolchains, "cuda-13", x86)->recipe->id() == "cuda-13.5");
  CHECK_FALSE(choose(toolchains, "cuda-13", x86)->is_locked);
  for (const char* version : {"13.0", "13.2"}) {
    toolchains.lock.put({"cuda", *parse_version(version), x86, std::string(64, '0'), {}});
  }
  CHECK(choose(toolchains, "cuda-13", x86)->recipe->id() == "cuda-13.2");
  CHECK(choose(toolchains, "cuda-13.5", x86)->recipe->id() == "cuda-13.5");
  CHECK(choose(toolchains, "cuda-13", tags::Architecture::aarch64)->recipe->id() == "cuda-13.5");
  CHECK_THAT(choose(toolchains, "cuda-9", x86).error(), ContainsSubstring("there is no recipe for cuda-9"));
}

TEST_CASE("a lock is printed sorted and reads back the same") {
  ToolchainLock lock;
  const LockedPart part{PartKind::pypi, "b", "1", "b-1-py3-none-any.whl", std::string(64, 'a'), 3, {}};
  const LockedPart other{PartKind::deb, "a", "1:2", "a_1%3a2_amd64.deb", std::string(64, 'b'), 4, "bookworm main"};
  lock.put({"cuda", *parse_version("13.5"), tags::Architecture::x86_64, std::string(64, '1'), {part, other}});
  lock.put({"cuda", *parse_version("13.0"), tags::Architecture::x86_64, std::string(64, '2'), {}});
  CHECK(lock.toolchains.front().version == *parse_version("13.0"));
  CHECK(lock.toolchains.back().parts.front().name == "a");
  CHECK(parse_lock(print_lock(lock), "toolchains.lock") == lock);
  CHECK(lock.toolchains.back().download_bytes() == 7);
  LockedToolchain changed = lock.toolchains.back();
  changed.parts.front().sha256 = std::string(64, 'c');
  CHECK(changed.digest() != lock.toolchains.back().digest());
}
