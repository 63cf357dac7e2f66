// A toolchain in its containers: mounts, variables, and never more compilers than the cell's budget.
#include "orchestrator/toolchain/placement.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>

using namespace wheelforge;
using namespace wheelforge::toolchain;

namespace {

const Recipe& known(std::string_view id) {
  const auto& all = known_recipes();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Recipe& one) { return one.id() == id; });
  REQUIRE(found != all.end());
  return *found;
}

constexpr std::uint64_t kGibibyte = std::uint64_t{1} << 30U;

} // namespace

TEST_CASE("the prefix is mounted by its id, and the recipe's programs are on PATH") {
  const Recipe& cuda = known("cuda-13.5");
  CHECK(mount_point(cuda) == "/wheelforge/toolchains/cuda-13.5");
  CHECK(prefix_in_container(cuda) == "/wheelforge/toolchains/cuda-13.5/nvidia/cu13");
  CHECK(path_folders(cuda) == std::vector<std::string>{"/wheelforge/toolchains/cuda-13.5/nvidia/cu13/bin"});
}

TEST_CASE("the libraries that users have from elsewhere stand where they stand in builds") {
  CHECK(run_time_folder(known("rocm-5.2")) == "usr/lib/x86_64-linux-gnu");
  CHECK(run_time_folder(known("cuda-13.5")).empty());
  Recipe recipe = known("cuda-13.5");
  recipe.driver.run_time = "lib";
  CHECK(run_time_folder(recipe) == "nvidia/cu13/lib");
}

TEST_CASE("a toolchain that the image has is not mounted") {
  Recipe recipe;
  recipe.name = "own";
  Part part;
  part.kind = PartKind::image_has;
  part.path = "/opt/own";
  recipe.parts = {part};
  CHECK(mount_point(recipe).empty());
  CHECK(prefix_in_container(recipe) == "/opt/own");
}

TEST_CASE("targets stand in the variables as each build system spells them") {
  const auto found = variables(known("cuda-13.5"), tags::Architecture::x86_64, {{"sm_80", "compute_120"}, 1, {}});
  CHECK(found.at("WHEELFORGE_ACCELERATOR") == "cuda-13.5");
  CHECK(found.at("WHEELFORGE_TARGETS") == "sm_80;compute_120");
  CHECK(found.at("CUDAARCHS") == "80;120");
  CHECK(found.at("TORCH_CUDA_ARCH_LIST") == "8.0;12.0+PTX");
  CHECK(found.at("WHEELFORGE_GENCODE") ==
        "-gencode=arch=compute_80,code=sm_80 -gencode=arch=compute_120,code=compute_120");
  CHECK(found.at("CUDA_HOME") == "/wheelforge/toolchains/cuda-13.5/nvidia/cu13");
  const auto rocm = variables(known("rocm-5.2"), tags::Architecture::x86_64, {{"gfx90a", "gfx1030"}, 1, {}});
  CHECK(rocm.at("PYTORCH_ROCM_ARCH") == "gfx90a;gfx1030");
}

TEST_CASE("compilers and their threads together stay within jobs and memory") {
  const Recipe& cuda = known("cuda-13.5");
  const std::vector<std::string> two = {"sm_80", "sm_90"};
  struct Row {
    int jobs;
    std::optional<std::uint64_t> memory;
    const char* max_jobs;
    const char* threads;
  };
  const auto row = GENERATE(Row{1, std::nullopt, "1", "1"}, Row{8, std::nullopt, "4", "2"},
                            Row{8, 3 * kGibibyte, "3", "1"}, Row{8, kGibibyte / 2, "1", "1"});
  const auto found = job_variables(cuda, {two, row.jobs, row.memory});
  CHECK(found.at("MAX_JOBS") == row.max_jobs);
  CHECK(found.at("NVCC_THREADS") == row.threads);
  CHECK(found.at("CMAKE_BUILD_PARALLEL_LEVEL") == row.max_jobs);
  CHECK(found.at("MAKEFLAGS") == std::string("-j") + row.max_jobs);
}

TEST_CASE("only nvcc is told about threads") {
  CHECK(job_variables(known("rocm-5.2"), {{"gfx90a"}, 4, {}}).count("NVCC_THREADS") == 0);
  CHECK(job_variables(known("mkl-2026.2"), {{}, 4, {}}).at("MAX_JOBS") == "4");
}
