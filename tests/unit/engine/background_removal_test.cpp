// Containers that were given up are gone when somebody waits for that, and at the latest with the remover.
#include "orchestrator/engine/background_removal.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/fake_engine.hpp"

using namespace wheelforge;

namespace {

engine::Container started(support::FakeEngine& engine, const std::string& name) {
  engine::ContainerSpec spec;
  spec.name = name;
  spec.image = "image";
  return engine::Container::start(engine, spec, {}).value();
}

} // namespace

TEST_CASE("A container that was taken is removed before wait() returns") {
  support::FakeEngine engine;
  engine::BackgroundRemoval removal(engine);
  removal.wait(); // there is nothing to wait for
  removal.take(started(engine, "a"));
  removal.take(started(engine, "b"));
  removal.wait();
  CHECK(engine.leaks().empty());
}

TEST_CASE("The remover ends when all are removed") {
  support::FakeEngine engine;
  {
    engine::BackgroundRemoval removal(engine);
    for (int number = 0; number < 50; ++number) {
      removal.take(started(engine, std::to_string(number)));
    }
  }
  CHECK(engine.leaks().empty());
}
