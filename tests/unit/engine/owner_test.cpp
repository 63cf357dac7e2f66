// Owners go into labels and come out again.
#include "orchestrator/engine/container_spec.hpp"
#include "tests/support/catch.hpp"

using namespace wheelforge::engine;

namespace {
Owner some_owner() {
  return {"r1", "cp312-manylinux_2_28_x86_64+cuda-12.8", {"machine", "boot", 4026531836, 42, 4711}};
}
} // namespace

TEST_CASE("an owner survives its labels") { CHECK(owner_of(owner_labels(some_owner())) == some_owner()); }

TEST_CASE("labels with something missing or malformed belong to nobody") {
  const Labels whole = owner_labels(some_owner());
  for (const auto& [name, value] : whole) {
    Labels broken = whole;
    broken.erase(name);
    CHECK(owner_of(broken).has_value() == (name == "wheelforge.cell"));
  }
  for (const char* wrong : {"", "x", "12x", "-"}) {
    Labels broken = whole;
    broken["wheelforge.pid"] = wrong;
    CHECK_FALSE(owner_of(broken));
  }
  CHECK_FALSE(owner_of({}));
}

TEST_CASE("a container's name has only the characters that engines allow") {
  CHECK(owner_name(some_owner(), "build") == "wheelforge-r1-cp312-manylinux_2_28_x86_64.cuda-12.8-build");
}
