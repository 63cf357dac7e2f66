// Containers that were given up are gone when somebody waits for that, and at the latest with the remover.
#include "orchestrator/engine/background_removal.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/fake_engine.hpp"

using namespace wheelforge;

namespace {

engine::Container started(engine::FakeEngine& fake, const std::string& name) {
  engine::ContainerSpec spec;
  spec.name = name;
  spec.image = "image";
  return engine::Container::start(fake, spec, {}).value();
}

} // namespace

TEST_CASE("A container that was taken is removed before wait() returns") {
  engine::FakeEngine fake;
  fake.images["image"] = {};
  engine::BackgroundRemoval removal(fake);
  removal.wait(); // there is nothing to wait for
  removal.take(started(fake, "a"));
  removal.take(started(fake, "b"));
  removal.wait();
  CHECK(fake.leaks().empty());
}

TEST_CASE("The remover ends when all are removed") {
  engine::FakeEngine fake;
  fake.images["image"] = {};
  {
    engine::BackgroundRemoval removal(fake);
    for (int number = 0; number < 50; ++number) {
      removal.take(started(fake, std::to_string(number)));
    }
  }
  CHECK(fake.leaks().empty());
}
