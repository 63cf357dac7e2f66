// Where a run's images come from: the engine, a kept copy, a registry, or nowhere.
#include "orchestrator/pipeline/image_store.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/fake_engine.hpp"

#include <string>

using namespace wheelforge;
using namespace wheelforge::pipeline;

namespace {

const std::string kHex(64, 'b');
const std::string kDigest = "sha256:" + kHex;
const std::string kPinned = "quay.io/pypa/x@" + kDigest;
const std::string kKept = "localhost/wheelforge/pinned/x:sha256-" + kHex;

engine::ImageInfo image_with(const std::string& id) {
  engine::ImageInfo info;
  info.id = id;
  return info;
}

} // namespace

TEST_CASE("a pinned image that the engine has is used under its pinned name") {
  engine::FakeEngine engine;
  engine.images[kPinned] = image_with("sha256:1");
  const auto ready = ImageStore(engine).ensure("quay.io/pypa/x:1", kDigest, {}, {});
  REQUIRE(ready.has_value());
  CHECK(ready->name == kPinned);
}

TEST_CASE("a copy that was saved and loaded serves the pin") {
  engine::FakeEngine engine;
  engine.images[kKept] = image_with("sha256:2");
  const auto ready = ImageStore(engine).ensure("quay.io/pypa/x:1", kDigest, {}, {});
  REQUIRE(ready.has_value());
  CHECK(ready->name == kKept);
}

TEST_CASE("an image of the right tag but another digest is not the pinned one, which is pulled and kept") {
  engine::FakeEngine engine;
  engine.images["quay.io/pypa/x:1"] = image_with("sha256:3");
  const auto ready = ImageStore(engine).ensure("quay.io/pypa/x:1", kDigest, {}, {});
  REQUIRE(ready.has_value());
  CHECK(ready->name == kPinned);
  CHECK(ready->info.id != "sha256:3");
  CHECK(engine.images.count(kKept) == 1);
}

TEST_CASE("an image without a pin is pulled by its tag and gets no further name") {
  engine::FakeEngine engine;
  REQUIRE(ImageStore(engine).ensure("quay.io/pypa/x:1", {}, {}, {}).has_value());
  CHECK(engine.images.size() == 1);
}

TEST_CASE("an image that was made here is pinned by its own id") {
  engine::FakeEngine engine;
  engine.images["localhost/wheelforge/x:1"] = image_with(kDigest);
  const auto ready = ImageStore(engine).ensure("localhost/wheelforge/x:1", kDigest, {}, {});
  REQUIRE(ready.has_value());
  CHECK(ready->name == "localhost/wheelforge/x:1");
}

TEST_CASE("an image that can only be made here is not looked for in a registry, and its recipe is named") {
  engine::FakeEngine engine;
  const auto ready = ImageStore(engine).ensure("localhost/wheelforge/manylinux_2_31_x86_64:debian-11", {}, {}, {});
  REQUIRE_FALSE(ready.has_value());
  CHECK(ready.error().message == "the image localhost/wheelforge/manylinux_2_31_x86_64:debian-11 is not there");
  CHECK(ready.error().hint == "make it: wheelforge images build debian-11 --arch x86_64");
  const auto foreign = ImageStore(engine).ensure("localhost/wheelforge/manylinux_2_36_s390x:debian-12", {}, {}, {});
  REQUIRE_FALSE(foreign.has_value());
  CHECK(foreign.error().hint == "make it: wheelforge images build debian-12 --arch s390x");
}

TEST_CASE("a reference that is none is a usage error before the engine is asked") {
  engine::FakeEngine engine;
  engine.lost = Error{"the engine was asked", ErrorKind::internal, {}};
  CHECK(ImageStore(engine).ensure("Not A Reference", {}, {}, {}).error().kind == ErrorKind::usage);
}
