// Libraries to distributions: which provider brings a soname, and which library is a driver's.
#include "orchestrator/toolchain/provider_lookup.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>

using namespace wheelforge;
using namespace wheelforge::toolchain;

TEST_CASE("globs take any characters for a star") {
  CHECK(matches_glob("libcuda.so.*", "libcuda.so.1"));
  CHECK(matches_glob("libmkl_*.so.3", "libmkl_rt.so.3"));
  CHECK(matches_glob("*", ""));
  CHECK(matches_glob("a*b*c", "aXbYbZc"));
  CHECK_FALSE(matches_glob("libcuda.so.*", "libcudart.so.13"));
  CHECK_FALSE(matches_glob("libcuda.so", "libcuda.so.1"));
}

TEST_CASE("a soname of two distributions is the required one's, else the newest recipe's") {
  const auto& all = known_recipes();
  const auto newest = find_provided(all, "libcudnn.so.9", {});
  REQUIRE(newest);
  CHECK(newest->distribution == "nvidia-cudnn-cu13");
  CHECK_FALSE(newest->is_required);
  const std::vector<std::string> required = {"numpy", "nvidia-cudnn-cu12"};
  const auto older = find_provided(all, "libcudnn.so.9", required);
  REQUIRE(older);
  CHECK(older->distribution == "nvidia-cudnn-cu12");
  CHECK(older->is_required);
}

TEST_CASE("a requirement is a normalised name, a collection one entry an extra with its major version") {
  CHECK(required_names("nvidia_cublas[x]==1; extra == 'y'") == std::vector<std::string>{"nvidia-cublas"});
  CHECK(required_names("MKL") == std::vector<std::string>{"mkl"});
  CHECK(required_names("cuda-toolkit[cublas, cudart]==13.2.2; platform_system == 'Linux'") ==
        std::vector<std::string>{"cuda-toolkit[cublas]==13", "cuda-toolkit[cudart]==13"});
  CHECK(required_names("cuda-toolkit[nvrtc]; x == '1'") == std::vector<std::string>{"cuda-toolkit[nvrtc]"});
  CHECK(required_names("cuda-toolkit[nvrtc") == std::vector<std::string>{"cuda-toolkit"});
}

TEST_CASE("an extra of a collection requires the distribution of its own toolkit's major version") {
  const std::vector<std::string> required = {"cuda-toolkit[cudart]==13", "cuda-toolkit[curand]==12"};
  CHECK(find_provided(known_recipes(), "libcudart.so.13", required)->is_required);
  CHECK_FALSE(find_provided(known_recipes(), "libcudart.so.12", required)->is_required);
  CHECK_FALSE(find_provided(known_recipes(), "libcublas.so.13", required)->is_required);
  CHECK_FALSE(find_provided(known_recipes(), "libcudnn.so.9", required)->is_required);
  const auto curand = find_provided(known_recipes(), "libcurand.so.10", required);
  CHECK(curand->distribution == "nvidia-curand-cu12");
  CHECK(curand->is_required);
}

TEST_CASE("a library of several toolkits is that of the toolkit whose other libraries are needed") {
  CHECK(find_provided(known_recipes(), "libcurand.so.10", {})->distribution == "nvidia-curand");
  const std::vector<std::string> needed = {"libcublas.so.12", "libcurand.so.10", "libm.so.6"};
  const auto recipes = likeliest_first(known_recipes(), needed);
  REQUIRE(recipes.size() == known_recipes().size());
  CHECK(find_provided(recipes, "libcurand.so.10", {})->distribution == "nvidia-curand-cu12");
}

TEST_CASE("a provider's floor is the highest that any release of it has") {
  Recipe low;
  low.name = "own";
  low.version = parse_version("1").value();
  low.providers = {{"own-lib", {"libown.so.1"}, "own/lib", {2, 17}, {2, 17}, {}}};
  Recipe high = low;
  high.version = parse_version("2").value();
  high.providers.front().tag = {2, 28};
  for (const auto& recipes : {std::vector{low, high}, std::vector{high, low}}) {
    CHECK(find_provided(recipes, "libown.so.1", {})->floor == tags::LibcVersion{2, 28});
  }
}

TEST_CASE("what nobody brings is nobody's, and drivers are known") {
  CHECK_FALSE(find_provided(known_recipes(), "libfoo.so.1", {}));
  CHECK(is_driver_library(known_recipes(), "libcuda.so.1"));
  CHECK(is_driver_library(known_recipes(), "libamdhip64.so.5"));
  CHECK_FALSE(is_driver_library(known_recipes(), "libcudart.so.13"));
}

TEST_CASE("a library of another major version is told by the recipe's own") {
  const auto& all = known_recipes();
  const auto cuda = std::find_if(all.begin(), all.end(), [](const Recipe& one) { return one.id() == "cuda-12.8"; });
  REQUIRE(cuda != all.end());
  CHECK(own_version_of(*cuda, "libcudart.so.13") == "libcudart.so.12");
  CHECK_FALSE(own_version_of(*cuda, "libcudart.so.12"));
  CHECK_FALSE(own_version_of(*cuda, "libm.so.6"));
}
