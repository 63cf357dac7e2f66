// The catalogue of images: reading it, and what the built-in one holds.
#include "orchestrator/image/catalog.hpp"

#include "orchestrator/matrix/interpreter.hpp"
#include "tests/support/catch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>

using namespace wheelforge;
using namespace wheelforge::image;
using Catch::Matchers::ContainsSubstring;

namespace {

constexpr std::string_view kFamily = R"(as-of = "2026-01-01"
[[family]]
policy = "manylinux_2_28"
status = "alpha"
base = "AlmaLinux 8"
libc = "glibc 2.28"
compiler = "gcc 14"
package-manager = "dnf"
arches = ["x86_64", "s390x"]
pythons = ["cp39", "cp312"]
pypy = { pythons = ["pp311"], arches = ["x86_64"] }
source = "nowhere"
)";

const ImageFamily* family(std::string_view policy, Origin origin) {
  const auto& families = known_catalog().families;
  const auto at = std::find_if(families.begin(), families.end(), [&](const ImageFamily& candidate) {
    return candidate.policy == policy && candidate.origin == origin;
  });
  return at != families.end() ? &*at : nullptr;
}

} // namespace

TEST_CASE("a family has one image an architecture, with the Pythons of that architecture") {
  const auto catalog = parse_catalog(kFamily);
  REQUIRE(catalog.has_value());
  REQUIRE(catalog->families.size() == 1);
  const ImageFamily& read = catalog->families[0];
  CHECK(read.status == Status::alpha);
  CHECK(read.find(tags::Architecture::x86_64)->pythons == std::vector<std::string>{"cp39", "cp312", "pp311"});
  CHECK(read.find(tags::Architecture::s390x)->pythons == std::vector<std::string>{"cp39", "cp312"});
  CHECK(read.find(tags::Architecture::aarch64) == nullptr);
  CHECK(to_string(read.name(tags::Architecture::s390x)) == "quay.io/pypa/manylinux_2_28_s390x");
}

TEST_CASE("a catalogue with a fault is refused, with the place") {
  struct Row {
    std::string from;
    std::string to;
    std::string message;
  };
  const auto row = GENERATE(values<Row>({
      {"\"alpha\"", "\"beta\"", "catalog.toml:4:10: error: status is \"beta\""},
      {"\"s390x\"", "\"vax\"", "arches has \"vax\""},
      {"base =", "bass =", "unknown key \"bass\""},
      {"base =", "bass =", "base is missing"},
      {"manylinux_2_28", "manylinux_28", "policy is \"manylinux_28\""},
      {"source = ", "pins.x86_64 = { tag = \"1\", digest = \"sha256:12\" }\nsource = ", "digest is \"sha256:12\""},
      {"pythons = [\"cp39\"", "pythons = [39", "wanted an array of strings"},
  }));
  std::string text(kFamily);
  text.replace(text.find(row.from), row.from.size(), row.to);
  const auto catalog = parse_catalog(text);
  REQUIRE_FALSE(catalog.has_value());
  CHECK(catalog.error().kind == ErrorKind::invalid_data);
  CHECK_THAT(catalog.error().message, ContainsSubstring(row.message));
}

TEST_CASE("the built-in catalogue holds every family and architecture that pypa publishes") {
  struct Row {
    std::string policy;
    std::size_t images;
    Status status;
  };
  const auto row = GENERATE(values<Row>({
      {"manylinux1", 2, Status::ended},
      {"manylinux2010", 2, Status::ended},
      {"manylinux2014", 5, Status::supported},
      {"manylinux_2_24", 5, Status::ended},
      {"manylinux_2_28", 5, Status::supported},
      {"manylinux_2_31", 1, Status::supported},
      {"manylinux_2_34", 5, Status::alpha},
      {"manylinux_2_35", 1, Status::supported},
      {"manylinux_2_38", 1, Status::unpublished},
      {"manylinux_2_39", 2, Status::alpha},
      {"musllinux_1_1", 5, Status::ended},
      {"musllinux_1_2", 7, Status::supported},
  }));
  const ImageFamily* found = family(row.policy, Origin::registry);
  REQUIRE(found != nullptr);
  CHECK(found->images.size() == row.images);
  CHECK(found->status == row.status);
}

TEST_CASE("every image of the built-in catalogue has a defined tag, known Pythons and no digest that another has") {
  std::set<std::string> digests;
  for (const ImageFamily& each : known_catalog().families) {
    for (const FamilyImage& image : each.images) {
      INFO(each.policy << " " << tags::to_string(image.arch));
      CHECK(tags::is_defined(each.platform(image.arch)));
      CHECK(parse_image_ref(to_string(each.name(image.arch))).has_value());
      for (const std::string& python : image.pythons) {
        CHECK(matrix::parse_interpreter(python).has_value());
      }
      if (image.pin) {
        CHECK(digests.insert(image.pin->digest).second);
      }
    }
  }
  CHECK(digests.size() == 25);
}

TEST_CASE("what is built here has a reference that names its recipe") {
  const ImageCatalog& catalog = known_catalog();
  const auto arch = tags::Architecture::x86_64;
  CHECK(to_string(*built_image(catalog, "debian-11", arch)) == "localhost/wheelforge/manylinux_2_31_x86_64:debian-11");
  CHECK(to_string(*test_image(catalog, "debian-12", arch)) == "localhost/wheelforge/test-debian-12_x86_64:latest");
  CHECK(recipe_of(catalog, *test_image(catalog, "debian-12", arch)) == "test-debian-12");
  CHECK_FALSE(recipe_of(catalog, *parse_image_ref("localhost/mine:1")).has_value());
  CHECK_THAT(test_image(catalog, "debian-9", arch).error().message,
             ContainsSubstring("\"debian-9\", wanted debian-11, debian-12, debian-13"));
  CHECK_THAT(built_image(catalog, "alma-8", arch).error().message,
             ContainsSubstring("no recipe \"alma-8\", wanted debian-11"));
}
