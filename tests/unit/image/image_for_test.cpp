// Which image serves which platform, with locks, mirrors and the user's own images.
#include "orchestrator/image/image_for.hpp"

#include "tests/support/catch.hpp"

#include <string>

using namespace wheelforge;
using namespace wheelforge::image;
using Catch::Matchers::ContainsSubstring;

namespace {

const std::string kDigest = "sha256:" + std::string(64, 'd');

ImageSources sources() {
  ImageSources result;
  result.catalog = &known_catalog();
  return result;
}

tags::PlatformTag tag(const std::string& text) { return *tags::parse_platform_tag(text); }

} // namespace

TEST_CASE("a platform gets the image of exactly that platform, in either spelling") {
  struct Row {
    std::string platform;
    std::string name;
  };
  const auto row = GENERATE(values<Row>({
      {"manylinux_2_28_x86_64", "quay.io/pypa/manylinux_2_28_x86_64"},
      {"manylinux2014_aarch64", "quay.io/pypa/manylinux2014_aarch64"},
      {"manylinux_2_17_s390x", "quay.io/pypa/manylinux2014_s390x"},
      {"manylinux_2_5_i686", "quay.io/pypa/manylinux1_i686"},
      {"manylinux_2_31_armv7l", "quay.io/pypa/manylinux_2_31_armv7l"},
      {"manylinux_2_39_riscv64", "quay.io/pypa/manylinux_2_39_riscv64"},
      {"musllinux_1_2_x86_64", "quay.io/pypa/musllinux_1_2_x86_64"},
      {"manylinux_2_31_x86_64", "localhost/wheelforge/manylinux_2_31_x86_64"},
      {"manylinux_2_36_x86_64", "localhost/wheelforge/manylinux_2_36_x86_64"},
  }));
  const auto choice = image_for(sources(), tag(row.platform));
  REQUIRE(choice.has_value());
  CHECK(choice->name == row.name);
  CHECK(choice->ref.name() == row.name);
}

TEST_CASE("a platform without an image of its own is not given an older one's") {
  struct Row {
    std::string platform;
    std::string reason;
  };
  const auto row = GENERATE(values<Row>({
      {"manylinux_2_27_x86_64",
       "no image serves manylinux_2_27_x86_64: for x86_64 there are manylinux1, manylinux2010"},
      {"manylinux_2_28_armv7l", "for armv7l there are manylinux_2_31, manylinux_2_35"},
      {"musllinux_1_2_ppc64", "there is none for ppc64 at all"},
      {"manylinux_2_38_loongarch64", "no registry has an image for manylinux_2_38_loongarch64"},
      {"linux_x86_64", "images are made for manylinux and musllinux tags"},
      {"any", "images are made for"},
  }));
  const auto choice = image_for(sources(), tag(row.platform));
  REQUIRE_FALSE(choice.has_value());
  CHECK_THAT(choice.error(), ContainsSubstring(row.reason));
}

TEST_CASE("without a lock the catalogue's pin holds, with its digest and its Pythons") {
  const auto choice = image_for(sources(), tag("manylinux_2_28_x86_64"));
  REQUIRE(choice.has_value());
  CHECK(choice->ref.tag == "2026.08.15-1");
  CHECK(is_digest(choice->ref.digest));
  CHECK(choice->pythons.size() == 10);
  CHECK(choice->origin == Origin::registry);
}

TEST_CASE("an image without a pin is taken by its moving tag") {
  const auto choice = image_for(sources(), tag("manylinux_2_24_x86_64"));
  REQUIRE(choice.has_value());
  CHECK(to_string(choice->ref) == "quay.io/pypa/manylinux_2_24_x86_64:latest");
}

TEST_CASE("a baseline that is built here is named by its recipe and needs no digest") {
  const auto choice = image_for(sources(), tag("manylinux_2_31_x86_64"));
  REQUIRE(choice.has_value());
  CHECK(to_string(choice->ref) == "localhost/wheelforge/manylinux_2_31_x86_64:debian-11");
  CHECK(choice->origin == Origin::built_here);
  CHECK(choice->recipe == "debian-11");
  CHECK(choice->pythons == std::vector<std::string>{"cp39", "cp311", "cp313", "cp313t"});
}

TEST_CASE("the lock goes over the catalogue's pin, and its Pythons are not guessed") {
  ImageSources locked = sources();
  locked.lock.put({"quay.io/pypa/manylinux_2_28_x86_64", "2026.01.01-1", kDigest, {}});
  auto choice = image_for(locked, tag("manylinux_2_28_x86_64"));
  REQUIRE(choice.has_value());
  CHECK(choice->ref.tag == "2026.01.01-1");
  CHECK(choice->ref.digest == kDigest);
  CHECK(choice->pythons.empty());

  locked.lock.put({"quay.io/pypa/manylinux_2_28_x86_64", "2026.01.01-1", kDigest, {"cp312"}});
  choice = image_for(locked, tag("manylinux_2_28_x86_64"));
  CHECK(choice->pythons == std::vector<std::string>{"cp312"});

  const std::string pinned = image_for(sources(), tag("manylinux_2_28_x86_64"))->ref.digest;
  locked.lock.put({"quay.io/pypa/manylinux_2_28_x86_64", "2026.08.15-1", pinned, {}});
  CHECK(image_for(locked, tag("manylinux_2_28_x86_64"))->pythons.size() == 10);
}

TEST_CASE("an image of the user's own is used for its platform alone, pinned by the lock where the tags agree") {
  ImageSources own = sources();
  own.use["manylinux_2_17_x86_64"] = *parse_image_ref("registry.example.com/ours/x:7");
  own.lock.put({"registry.example.com/ours/x", "7", kDigest, {"cp311"}});
  auto choice = image_for(own, tag("manylinux2014_x86_64"));
  REQUIRE(choice.has_value());
  CHECK(to_string(choice->ref) == "registry.example.com/ours/x:7@" + kDigest);
  CHECK(choice->name == "registry.example.com/ours/x");
  CHECK(choice->pythons == std::vector<std::string>{"cp311"});
  CHECK(image_for(own, tag("manylinux2014_aarch64"))->name == "quay.io/pypa/manylinux2014_aarch64");

  own.use["manylinux_2_17_x86_64"].tag = "8";
  choice = image_for(own, tag("manylinux2014_x86_64"));
  CHECK(choice->ref.tag == "8");
  CHECK(choice->ref.digest.empty());
  CHECK(choice->pythons.empty());
}

TEST_CASE("a mirror replaces quay.io/pypa and nothing else, and the lock's names stay") {
  ImageSources mirrored = sources();
  mirrored.mirror = "127.0.0.1:5000/copies/";
  mirrored.use["manylinux_2_31_x86_64"] = *parse_image_ref("quay.io/pypa/manylinux_2_31_x86_64:1");
  mirrored.use["manylinux_2_34_x86_64"] = *parse_image_ref("quay.io/ours/manylinux_2_34_x86_64:1");
  mirrored.lock.put({"quay.io/pypa/manylinux_2_31_x86_64", "1", kDigest, {}});

  auto choice = image_for(mirrored, tag("manylinux_2_31_x86_64"));
  REQUIRE(choice.has_value());
  CHECK(to_string(choice->ref) == "127.0.0.1:5000/copies/manylinux_2_31_x86_64:1@" + kDigest);
  CHECK(choice->name == "quay.io/pypa/manylinux_2_31_x86_64");
  CHECK(image_for(mirrored, tag("manylinux_2_28_x86_64"))->ref.registry == "127.0.0.1:5000");
  CHECK(image_for(mirrored, tag("manylinux_2_34_x86_64"))->ref.registry == "quay.io");
  CHECK(image_for(mirrored, tag("manylinux_2_36_x86_64"))->ref.registry == "localhost");
}

TEST_CASE("a mirror that makes no valid name is refused") {
  const auto mirror = GENERATE(as<std::string>{}, "https://registry.example.com", "copies", "Host/A", "host:1/x:tag");
  ImageSources mirrored = sources();
  mirrored.mirror = mirror;
  const auto choice = image_for(mirrored, tag("manylinux_2_28_x86_64"));
  REQUIRE_FALSE(choice.has_value());
  CHECK_THAT(choice.error(), ContainsSubstring("mirror is \"" + mirror + "\", wanted REGISTRY"));
}

TEST_CASE("platform auto stands for the oldest platform that is built here") {
  CHECK(auto_platform(known_catalog(), tags::Architecture::x86_64)->text == "manylinux_2_31_x86_64");
  CHECK_FALSE(auto_platform(known_catalog(), tags::Architecture::loongarch64).has_value());
}
