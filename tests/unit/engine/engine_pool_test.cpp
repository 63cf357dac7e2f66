// Several engines behind one, with engines of objects.
#include "orchestrator/engine/engine_pool.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/fake_engine.hpp"
#include "tests/support/fake_process_runner.hpp"
#include "tests/support/memory_file_system.hpp"

using namespace wheelforge;
using namespace wheelforge::engine;

namespace {

/// A pool of two: images called "there" are the other's.
struct Two {
  host::MemoryFileSystem files;
  FakeEngine* here = nullptr;
  FakeEngine* there = nullptr;
  std::unique_ptr<EnginePool> pool;

  Two() {
    auto own = std::make_unique<FakeEngine>();
    auto other = std::make_unique<FakeEngine>();
    here = own.get();
    there = other.get();
    here->images["here:1"].id = "sha256:1";
    there->images["registry/there:1"].id = "sha256:2";
    pool = std::make_unique<EnginePool>(std::move(own), files);
    pool->add(std::move(other), {"registry/there:1"});
  }

  std::string run(const std::string& image, std::vector<Mount> mounts = {}) const {
    ContainerSpec spec;
    spec.image = image;
    spec.name = "c-" + image;
    spec.mounts = std::move(mounts);
    auto id = pool->run_container(spec, {});
    REQUIRE(id);
    return *id;
  }
};

} // namespace

TEST_CASE("an image is looked for and run on the engine that it was given to, whatever its tag") {
  const Two two;
  CHECK(two.pool->inspect_image("registry/there:1")->id == "sha256:2");
  CHECK(two.pool->inspect_image("here:1")->id == "sha256:1");
  two.run("registry/there:1");
  two.run("here:1");
  CHECK(two.here->started() == 1);
  CHECK(two.there->started() == 1);
}

TEST_CASE("what is done to a container is done where it runs, and removed there") {
  const Two two;
  const std::string id = two.run("registry/there:1");
  REQUIRE(two.pool->exec(id, {.argv = {"true"}}, {}, {}));
  CHECK(two.there->containers().begin()->second.commands.size() == 1);
  REQUIRE(two.pool->remove_containers({id}));
  CHECK(two.there->leaks().empty());
}

TEST_CASE("an image made from a container stays on the container's engine") {
  const Two two;
  const auto made = two.pool->commit_container(two.run("registry/there:1"), "made:1", {}, {});
  REQUIRE(made);
  two.run("made:1");
  CHECK(two.there->started() == 2);
  CHECK(two.here->started() == 0);
}

TEST_CASE("another machine gets our files copied in, no folder of ours, and its own volumes") {
  Two two;
  two.files.files["/etc/ca.pem"] = "certificate";
  two.run("registry/there:1",
          {{Mount::Kind::bind, "/etc/ca.pem", "/etc/wheelforge/ca.crt", Mount::Access::read_only, {}},
           {Mount::Kind::bind, "/cache/tools", "/wheelforge/tools", Mount::Access::read_only, {}},
           {Mount::Kind::volume, "cache", "/wheelforge/cache", Mount::Access::read_write, {}}});
  const auto container = two.there->containers().begin()->second;
  CHECK(container.spec.mounts.size() == 1);
  REQUIRE(container.copied_in.size() == 1);
  CHECK(container.copied_in[0].find("etc/wheelforge/ca.crt") != std::string::npos);
  CHECK(container.copied_in[0].find("certificate") != std::string::npos);
}

TEST_CASE("containers of all engines are listed, those of one machine by two addresses once") {
  const Two two;
  ContainerState state;
  state.id = "same";
  state.labels = {{"any", "1"}};
  two.here->add(state);
  two.there->add(state);
  state.id = "other";
  two.there->add(state);
  CHECK(two.pool->list_containers("any")->size() == 2);
}

TEST_CASE("an address that is none is refused with what is wanted") {
  host::FakeProcessRunner runner;
  host::FakeClock clock;
  const auto engine = connect_engine(runner, clock, "user@host");
  REQUIRE_FALSE(engine);
  CHECK(engine.error().kind == ErrorKind::usage);
  CHECK(engine.error().message.find("ssh://USER@HOST") != std::string::npos);
}
