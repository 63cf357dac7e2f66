// The plan: images, reasons, collisions, --only, and how it is printed.
#include "orchestrator/matrix/axis.hpp"
#include "orchestrator/matrix/expand.hpp"
#include "orchestrator/matrix/parse.hpp"
#include "orchestrator/plan/plan.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/golden.hpp"

#include <fmt/format.h>

using namespace wheelforge;
using namespace wheelforge::plan;

namespace {

std::vector<matrix::Interpreter> pythons(std::initializer_list<const char*> names) {
  std::vector<matrix::Interpreter> result;
  for (const char* name : names) {
    result.push_back(*matrix::parse_interpreter(name));
  }
  return result;
}

/// Two images with a digest, one without, and nothing else.
tl::expected<ServedImage, std::string> image_for(const tags::PlatformTag& platform) {
  const std::string policy = platform.policy_name();
  if (policy == "manylinux_2_34") {
    return ServedImage{"quay.io/pypa/" + platform.text, {}, {}};
  }
  if (policy == "manylinux_2_35" || platform.arch == tags::Architecture::ppc64) {
    return tl::unexpected(fmt::format("no image serves {}", platform.text));
  }
  return ServedImage{"quay.io/pypa/" + platform.text + ":2026.08.01-1",
                     "sha256:" + std::string(64, policy == "musllinux_1_2" ? 'b' : 'a'),
                     pythons({"cp39", "cp310", "cp311", "cp312", "cp313"})};
}

matrix::MatrixFile parsed(const std::string& text) {
  auto file = matrix::parse_matrix(text, "wheelforge.toml");
  REQUIRE(file);
  return *std::move(file);
}

std::vector<matrix::Cell> cells_of(const matrix::MatrixFile& file) {
  matrix::Surroundings surroundings;
  surroundings.auto_platform = [](tags::Architecture arch) {
    return std::optional(matrix::platform_on("manylinux_2_31", arch));
  };
  surroundings.auto_pythons = [](const tags::PlatformTag&) { return pythons({"cp39", "cp313"}); };
  auto cells = matrix::expand(file, surroundings);
  REQUIRE(cells);
  return *std::move(cells);
}

matrix::Checked<Plan> planned(const std::string& text) {
  const matrix::MatrixFile file = parsed(text);
  return make_plan(file, cells_of(file), image_for);
}

constexpr const char* kMatrix = R"(
[matrix]
python = ["cp39", "cp313", "cp313t"]
platform = ["manylinux_2_28", "musllinux_1_2", "manylinux_2_34", "manylinux_2_35"]
arch = ["x86_64", "ppc64"]
accelerator = ["cpu", "cuda-13"]

[[matrix.exclude]]
accelerator = "cuda-*"
platform = ["musllinux_*", "manylinux_2_34", "manylinux_2_35"]

[test]
on = ["same", "debian-12"]
skip = "cp39-*"

[[override]]
select = "cp313-musllinux_*"
build.before-all = "apk add libpng-dev"
repair.command = "none"
)";

} // namespace

TEST_CASE("the plan names the image, the digest and the steps of each cell, or why it is left out") {
  const auto plan = planned(kMatrix);
  REQUIRE(plan);
  support::check_golden(WF_SOURCE_DIR "/tests/golden/plan/axes.txt", render(*plan));
  support::check_golden(WF_SOURCE_DIR "/tests/golden/plan/axes.json", to_json(*plan));
  CHECK(plan->selected() == 10);
}

TEST_CASE("200 cells are printed within 80 columns") {
  const auto plan =
      planned("[matrix]\npython = [\"cp39\", \"cp310\", \"cp311\", \"cp312\", \"cp313\", \"cp313t\"]\n"
              "platform = [\"manylinux_2_28\", \"musllinux_1_2\", \"manylinux_2_17\", \"manylinux_2_12\"]\n"
              "arch = [\"x86_64\", \"i686\", \"aarch64\", \"ppc64le\", \"s390x\", \"armv7l\", \"riscv64\", "
              "\"loongarch64\"]\n");
  REQUIRE(plan);
  CHECK(plan->cells.size() == 192);
  const std::string text = render(*plan);
  support::check_golden(WF_SOURCE_DIR "/tests/golden/plan/many.txt", text);
  std::size_t start = 0;
  for (std::size_t end = text.find('\n'); end != std::string::npos; start = end + 1, end = text.find('\n', start)) {
    CHECK(end - start <= 80);
  }
}

TEST_CASE("an included cell without an image or without its Python is an error") {
  const auto no_image =
      planned("[[matrix.include]]\npython = \"cp39\"\nplatform = \"manylinux_2_35\"\narch = \"x86_64\"\n");
  REQUIRE_FALSE(no_image);
  CHECK(no_image.error().size() == 1);
  CHECK(no_image.error()[0].message ==
        "the included cell cp39-manylinux_2_35_x86_64 cannot be built: no image serves manylinux_2_35_x86_64");
  CHECK(no_image.error()[0].at.line == 1);

  const auto no_python =
      planned("[[matrix.include]]\npython = \"cp315\"\nplatform = \"manylinux_2_28\"\narch = \"x86_64\"\n");
  REQUIRE_FALSE(no_python);
  CHECK(no_python.error()[0].message ==
        "the included cell cp315-manylinux_2_28_x86_64 cannot be built: the image has no cp315");
}

TEST_CASE("two cells whose wheels would have one name are an error") {
  const matrix::MatrixFile file = parsed("[matrix]\npython = [\"cp39\", \"cp313\"]\nplatform = \"manylinux_2_28\"\n"
                                         "arch = \"x86_64\"\naccelerator = [\"cpu\", \"cuda-12.8\"]\n");
  std::vector<matrix::Cell> cells = cells_of(file);
  for (matrix::Cell& cell : cells) {
    cell.skip_reason.clear(); // as if there were a recipe
  }
  const auto plan = make_plan(file, cells, image_for);
  REQUIRE_FALSE(plan);
  REQUIRE(plan.error().size() == 2);
  CHECK(plan.error()[0].message ==
        "the cells cp39-manylinux_2_28_x86_64 and cp39-manylinux_2_28_x86_64+cuda-12.8 would "
        "both make NAME-VERSION-cp39-cp39-manylinux_2_28_x86_64.whl");
}

TEST_CASE("free-threaded and other builds of one Python make wheels of different names") {
  const matrix::MatrixFile file = parsed("[matrix]\npython = [\"cp313\", \"cp313t\"]\nplatform = \"manylinux_2_34\"\n"
                                         "arch = \"x86_64\"\n");
  const auto plan = make_plan(file, cells_of(file), image_for);
  REQUIRE(plan);
  CHECK(plan->selected() == 2);
}

TEST_CASE("the option --only leaves the cells it names") {
  const auto plan = planned(kMatrix);
  REQUIRE(plan);
  const std::vector<std::string> globs = {"cp39-*_x86_64", "cp313-manylinux_2_28_x86_64+cuda-13"};
  const auto selected = select_only(*plan, globs);
  REQUIRE(selected);
  CHECK(selected->selected() == 3);
  CHECK(selected->cells.size() == plan->cells.size());
  for (const PlannedCell& one : selected->cells) {
    CHECK((one.is_in() || one.steps.empty()));
  }
  support::check_golden(WF_SOURCE_DIR "/tests/golden/plan/only.txt", render(*selected));

  const auto all = select_only(*plan, {});
  REQUIRE(all);
  CHECK(all->selected() == plan->selected());
}

TEST_CASE("the option --only that matches no cell fails with the nearest") {
  const auto plan = planned(kMatrix);
  REQUIRE(plan);
  const std::vector<std::string> dead = {"cp39-manylinux_2_82_x86_64"};
  const auto selected = select_only(*plan, dead);
  REQUIRE_FALSE(selected);
  CHECK(selected.error().kind == ErrorKind::usage);
  CHECK(selected.error().hint == "did you mean 'cp39-manylinux_2_28_x86_64'?");
  const std::vector<std::string> broken = {"cp39-["};
  CHECK_FALSE(select_only(*plan, broken));
}

TEST_CASE("the places that a wheel reaches are tested in, each once, and its own image where it reaches none",
          "[plan]") {
  const matrix::MatrixFile file = parsed("[matrix]\npython = [\"cp39\", \"cp313\"]\nplatform = \"manylinux_2_28\"\n"
                                         "arch = \"x86_64\"\n[test]\non = [\"debian-12\", \"reach\"]\n"
                                         "[[override]]\nselect = \"cp313-*\"\ntest.on = \"reach\"\n");
  const auto plan = make_plan(file, cells_of(file), image_for, {}, [](const matrix::Cell& cell) {
    return cell.python.tag.minor == 9 ? std::vector<std::string>{"debian-11", "debian-12"} : std::vector<std::string>();
  });
  REQUIRE(plan);
  std::vector<std::vector<std::string>> places;
  for (const PlannedCell& cell : plan->cells) {
    auto& own = places.emplace_back();
    for (const Step& step : cell.steps) {
      if (step.kind == StepKind::test) {
        own.push_back(step.place);
      }
    }
  }
  CHECK(places == std::vector<std::vector<std::string>>{{"debian-12", "debian-11"}, {"same"}});
}
