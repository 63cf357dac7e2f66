// What test containers get of a toolchain: the libraries that users have from elsewhere, and nothing else.
#include "orchestrator/pipeline/cell_toolchain.hpp"

#include "tests/support/catch.hpp"
#include "tests/unit/pipeline/planned_cell.hpp"

using namespace wheelforge;
using namespace wheelforge::pipeline;

namespace {

const std::string kFolder = "/wheelforge/toolchains/own-1.2/own/usr/lib";
const Prefixes kPrefixes = {{"own-1.2-x86_64", "/cache/own"}};

/// A cell with the toolchain own-1.2.
plan::PlannedCell cell_with(const std::string& run_time) {
  auto recipe = std::make_shared<toolchain::Recipe>();
  recipe->name = "own";
  recipe->version = *toolchain::parse_version("1.2");
  recipe->parts.resize(1); // of the package index, so that there is a prefix
  recipe->root = "own";
  recipe->driver.run_time = run_time;
  auto cell = planned_cell("cp311", "manylinux_2_36_x86_64");
  cell.cell.arch = tags::Architecture::x86_64;
  cell.toolchain.emplace();
  cell.toolchain->recipe = std::move(recipe);
  return cell;
}

} // namespace

TEST_CASE("tests get the recipe's run-time folder, read-only, and the loader looks there first", "[pipeline]") {
  const auto addition = run_time_addition(kPrefixes, cell_with("usr/lib"), {}, {});
  REQUIRE(addition);
  REQUIRE(addition->mounts.size() == 1);
  CHECK(addition->mounts.front().source == "/cache/own/own/usr/lib");
  CHECK(addition->mounts.front().target == kFolder);
  CHECK(addition->mounts.front().access == engine::Mount::Access::read_only);
  CHECK(addition->environment == engine::Environment{{"LD_LIBRARY_PATH", kFolder}});
  CHECK(addition->path.empty());
}

TEST_CASE("the library path of the container stays behind it, its image's only where there is none", "[pipeline]") {
  const auto path = [](const engine::Environment& variables, const engine::Environment& image) {
    return run_time_addition(kPrefixes, cell_with("usr/lib"), variables, image)->environment.at("LD_LIBRARY_PATH");
  };
  const engine::Environment variables = {{"LD_LIBRARY_PATH", "/passed"}};
  CHECK(path(variables, {{"LD_LIBRARY_PATH", "/image"}}) == kFolder + ":/passed");
  CHECK(path({}, {{"LD_LIBRARY_PATH", "/image"}}) == kFolder + ":/image");
  CHECK(path({}, {{"LD_LIBRARY_PATH", ""}}) == kFolder); // nothing behind the colon would be the current folder
}

TEST_CASE("tests get nothing of a toolchain without such a folder, nor of the cpu", "[pipeline]") {
  CHECK(run_time_addition({}, cell_with(""), {}, {})->mounts.empty());
  CHECK(run_time_addition({}, planned_cell("cp311", "manylinux_2_36_x86_64"), {}, {})->environment.empty());
}

TEST_CASE("a toolchain that was not fetched is named", "[pipeline]") {
  const auto addition = run_time_addition({}, cell_with("usr/lib"), {}, {});
  REQUIRE_FALSE(addition);
  CHECK(addition.error().message == "own-1.2 was not fetched");
}

TEST_CASE("an addition's variables go over those that are there", "[pipeline]") {
  engine::ContainerSpec spec;
  spec.environment = {{"A", "1"}, {"B", "1"}};
  CellAddition addition;
  addition.environment = {{"B", "2"}};
  addition.mounts.resize(1);
  put(std::move(addition), spec);
  CHECK(spec.environment == engine::Environment{{"A", "1"}, {"B", "2"}});
  CHECK(spec.mounts.size() == 1);
}
