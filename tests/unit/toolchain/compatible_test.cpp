// The pre-flight check: every rule rejects one cell with its figures and a fix, and lets the same cell through once
// mended.
#include "orchestrator/toolchain/compatible.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <string>

using namespace wheelforge;
using namespace wheelforge::toolchain;
using Catch::Matchers::ContainsSubstring;

namespace {

const Recipe& known(std::string_view id) {
  const auto& all = known_recipes();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Recipe& one) { return one.id() == id; });
  REQUIRE(found != all.end());
  return *found;
}

Circumstances at(const std::string& platform, int gcc) {
  Circumstances circumstances;
  circumstances.platform = tags::parse_platform_tag(platform).value();
  circumstances.python_minor = 11;
  circumstances.gcc = gcc;
  circumstances.switches = {"non-free"};
  return circumstances;
}

Fit fit(const Recipe& recipe, const Circumstances& circumstances) {
  return compatible(recipe, circumstances, known_recipes());
}

std::vector<std::string> rejected_by(const Fit& fit) {
  std::vector<std::string> names;
  for (const Objection& one : fit.rejections) {
    names.push_back(one.rule);
  }
  return names;
}

/// A recipe of the family "own" that nothing speaks against.
Recipe own(std::string_view version) {
  Recipe recipe;
  recipe.name = "own";
  recipe.version = parse_version(version).value();
  recipe.title = "Own " + std::string(version);
  recipe.arches = {tags::Architecture::x86_64};
  recipe.glibc = {2, 17};
  return recipe;
}

} // namespace

TEST_CASE("each rule rejects with the figures and a fix, alone, and not once its cause is gone") {
  Circumstances base = at("manylinux_2_31_x86_64", 10);
  Recipe recipe = own("2.0");
  REQUIRE(compatible(recipe, base, {}).rejections.empty());
  struct Row {
    const char* rule;
    void (*break_it)(Recipe&, Circumstances&);
    const char* text;
  };
  const Row row = GENERATE(
      Row{"switch",
          [](Recipe& one, Circumstances& there) {
            one.needs_switch = "non-free";
            there.switches.clear();
          },
          "switch: Own 2.0 comes from non-free packages, which are not allowed: set [accelerator] allow = "
          "[\"non-free\"]"},
      Row{"architecture",
          [](Recipe&, Circumstances& there) {
            there.platform = tags::parse_platform_tag("manylinux_2_31_aarch64").value();
          },
          "architecture: Own 2.0 is there for x86_64, the cell is aarch64: leave aarch64 out by [[matrix.exclude]]"},
      Row{"libc",
          [](Recipe&, Circumstances& there) {
            there.platform = tags::parse_platform_tag("musllinux_1_2_x86_64").value();
          },
          "libc: Own 2.0 needs glibc 2.17, musllinux_1_2 has musl: use a manylinux platform"},
      Row{"glibc",
          [](Recipe& one, Circumstances&) {
            one.glibc = {2, 36};
          },
          "glibc: the programs of Own 2.0 need glibc 2.36, the image has 2.31: use platform manylinux_2_36"},
      Row{"tag",
          [](Recipe& one, Circumstances&) {
            one.wheel_glibc = {2, 34};
          },
          "tag: wheels made with Own 2.0 load libraries that need glibc 2.34, manylinux_2_31 promises 2.31: use "
          "platform manylinux_2_34"},
      Row{"gcc-max", [](Recipe& one, Circumstances&) { one.compiler.gcc_max = 9; },
          "gcc-max: Own 2.0 takes gcc ≤ 9, the image has 10: use an image with gcc ≤ 9, or install one and set "
          "[accelerator] gcc"},
      Row{"gcc-min", [](Recipe& one, Circumstances&) { one.compiler.gcc_min = 11; },
          "gcc-min: Own 2.0 takes gcc ≥ 11, the image has 10: use a newer platform"},
      Row{"binutils",
          [](Recipe& one, Circumstances& there) {
            one.compiler.binutils_min = parse_version("2.38").value();
            there.binutils = parse_version("2.35").value();
          },
          "binutils: Own 2.0 needs binutils ≥ 2.38, the image has 2.35: use a newer platform, or install newer "
          "binutils by before-all"},
      Row{"python", [](Recipe& one, Circumstances&) { one.python_min = 12; },
          "python: Own 2.0 serves Python ≥ 3.12, the cell has 3.11: leave cp311 out by [[matrix.exclude]]"},
      Row{"target",
          [](Recipe& one, Circumstances& there) {
            one.targets.prefix = "gfx";
            one.targets.known = {"gfx90a"};
            there.targets = {"gfx942"};
          },
          "target: Own 2.0 does not compile for gfx942, it knows gfx90a: leave gfx942 out"},
      Row{"no-target",
          [](Recipe& one, Circumstances& there) {
            one.targets.prefix = "gfx";
            one.targets.known = one.targets.usual = {"gfx90a"};
            there.targets = {"sm_80"};
          },
          "no-target: none of the targets sm_80 is for Own 2.0, whose begin with gfx: add one to [accelerator] "
          "targets, such as gfx90a"});
  row.break_it(recipe, base);
  const Fit found = compatible(recipe, base, {});
  REQUIRE(rejected_by(found) == std::vector<std::string>{row.rule});
  CHECK(to_string(found.rejections.front()) == row.text);
}

TEST_CASE("the rules are the eleven that the table above breaks, in the order of the check") {
  std::vector<std::string> names;
  for (const Rule& rule : rules()) {
    names.emplace_back(rule.name);
    CHECK_FALSE(rule.meaning.empty());
  }
  CHECK(names == std::vector<std::string>{"switch", "architecture", "libc", "glibc", "tag", "gcc-max", "gcc-min",
                                          "binutils", "python", "target", "no-target"});
}

TEST_CASE("a compiler that is too new is told the version of the family that takes it") {
  Circumstances stock = at("manylinux_2_28_x86_64", 14);
  stock.has_toolsets = true;
  CHECK(to_string(fit(known("cuda-12.4"), stock).rejections.front()) ==
        "gcc-max: CUDA 12.4 takes gcc ≤ 13, the image has 14: use gcc-toolset-13 or CUDA ≥ 12.8");
  CHECK(rejected_by(fit(known("cuda-12.8"), stock)) == std::vector<std::string>{"glibc"}); // its clang is Debian 12's
  CHECK(fit(known("cuda-12.9"), stock).rejections.empty());
  CHECK_THAT(to_string(fit(known("cuda-11.8"), at("manylinux_2_36_x86_64", 12)).rejections.front()),
             ContainsSubstring("CUDA 11.8 takes gcc ≤ 11, the image has 12"));
  CHECK(fit(known("cuda-11.8"), at("manylinux_2_36_x86_64", 11)).rejections.empty());
}

TEST_CASE("HIP of Debian 12 wants its baseline, and names it") {
  const Fit older = fit(known("rocm-5.2"), at("manylinux_2_31_x86_64", 10));
  CHECK(rejected_by(older) == std::vector<std::string>{"glibc", "tag"});
  CHECK_THAT(older.rejections.front().fix, ContainsSubstring("manylinux_2_36"));
  CHECK(fit(known("rocm-5.2"), at("manylinux_2_36_x86_64", 12)).rejections.empty());
}

TEST_CASE("what is not known is not judged") {
  Circumstances circumstances = at("manylinux_2_28_x86_64", 14);
  circumstances.gcc.reset();
  circumstances.python_minor.reset();
  CHECK(fit(known("cuda-11.8"), circumstances).rejections.empty());
}

TEST_CASE("a platform below the vendor's support is a note, not a rejection") {
  const Fit found = fit(known("cuda-13.5"), at("manylinux_2_17_x86_64", 10));
  CHECK(found.rejections.empty());
  REQUIRE_FALSE(found.notes.empty());
  CHECK(found.notes.front().rule == "support");
  CHECK_THAT(found.notes.front().message, ContainsSubstring("glibc 2.28"));
}

TEST_CASE("targets are the recipe's with their letters, features and PTX") {
  const Recipe& cuda = known("cuda-13.5");
  const Recipe& rocm = known("rocm-5.2");
  for (const char* target : {"sm_80", "sm_90a", "sm_100f", "compute_90"}) {
    CHECK(knows_target(cuda, target));
  }
  for (const char* target : {"sm_60", "sm_90b", "compute_50", "gfx90a"}) {
    CHECK_FALSE(knows_target(cuda, target));
  }
  CHECK(knows_target(rocm, "gfx90a:xnack+"));
  CHECK_FALSE(knows_target(rocm, "gfx942"));
}

TEST_CASE("a cell compiles for its own kind of targets, each once, or for the recipe's usual ones") {
  const Recipe& cuda = known("cuda-13.5");
  CHECK(targets_of(cuda, {"gfx90a", "sm_80", "sm_80", "compute_90"}) ==
        std::vector<std::string>{"sm_80", "compute_90"});
  CHECK(targets_of(cuda, {}) == cuda.targets.usual);
}

TEST_CASE("gcc's major version is read from descriptions") {
  CHECK(gcc_major("gcc 14 (gcc-toolset-14)") == 14);
  CHECK(gcc_major("gcc 4.8 (devtoolset-2)") == 4);
  CHECK_FALSE(gcc_major("clang 17"));
  CHECK_FALSE(gcc_major("gcc of the system"));
}
