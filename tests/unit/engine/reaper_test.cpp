// The reaper removes what dead owners left, and nothing else.
#include "orchestrator/engine/container.hpp"
#include "orchestrator/engine/reaper.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/fake_engine.hpp"

using namespace wheelforge;
using namespace wheelforge::engine;
using host::Liveness;

namespace {
ContainerState container_of(const std::string& name, std::int64_t pid, bool running) {
  return {.id = "id-" + name,
          .name = name,
          .labels = owner_labels({"run-" + name, "cell", {"machine", "boot", 1, pid, 7}}),
          .running = running};
}
} // namespace

TEST_CASE("only containers of dead owners go, and those that a reboot stopped") {
  FakeEngine engine;
  engine.add(container_of("alive", 1, true));
  engine.add(container_of("dead", 2, true));
  engine.add(container_of("dead-stopped", 2, false));
  engine.add(container_of("rebooted-stopped", 3, false));
  engine.add(container_of("rebooted-running", 3, true));
  engine.add(container_of("unknown", 4, false));
  engine.add({.id = "id-malformed", .name = "malformed", .labels = {{"wheelforge.run", "x"}}, .running = false});
  engine.add({.id = "id-foreign", .name = "foreign", .running = false});
  const auto report = reap_dead(engine, [](const host::ProcessIdentity& process) {
    return process.pid == 1   ? Liveness::alive
           : process.pid == 2 ? Liveness::dead
           : process.pid == 3 ? Liveness::rebooted
                              : Liveness::unknown;
  });
  REQUIRE(report);
  CHECK(report->removed == std::vector<std::string>{"dead", "dead-stopped", "rebooted-stopped"});
  CHECK(report->kept == std::vector<std::string>{"alive", "malformed", "rebooted-running", "unknown"});
  CHECK(engine.leaks() == std::vector<std::string>{"alive", "foreign", "malformed", "rebooted-running", "unknown"});
}

TEST_CASE("a run's end removes its containers and volumes, whoever lives") {
  FakeEngine engine;
  engine.add(container_of("a", 1, true));
  engine.add(container_of("b", 1, true));
  engine.volumes = {{"v1", {{"wheelforge.run", "run-a"}}}, {"v2", {{"wheelforge.run", "run-b"}}}, {"cache", {}}};
  const auto report = remove_run(engine, "run-a");
  REQUIRE(report);
  CHECK(report->removed == std::vector<std::string>{"a"});
  CHECK(report->volumes == std::vector<std::string>{"v1"});
  CHECK(engine.leaks() == std::vector<std::string>{"b"});
  CHECK(engine.volumes.size() == 2);
}

TEST_CASE("a lost engine is an error of the reaper, not a crash") {
  FakeEngine engine;
  engine.lost = Error{"gone", ErrorKind::temporary, ""};
  const auto report = reap_dead(engine);
  REQUIRE_FALSE(report);
  CHECK(report.error().kind == ErrorKind::temporary);
}

TEST_CASE("a container removes itself, unless it is released or removed before") {
  FakeEngine engine;
  engine.images["i"];
  ContainerSpec spec;
  spec.image = "i";
  spec.exec_prefix = {"linux32"};
  {
    spec.name = "one";
    auto one = Container::start(engine, spec, {});
    REQUIRE(one);
    spec.name = "two";
    auto two = Container::start(engine, spec, {});
    REQUIRE(two);
    CHECK(engine.leaks() == std::vector<std::string>{"one", "two"});
    Container moved = *std::move(one);
    ExecSpec exec;
    exec.argv = {"true"};
    CHECK(moved.exec(exec, {}, {})->ok());
    CHECK(engine.containers().at(moved.id()).commands.at(0).argv == std::vector<std::string>{"linux32", "true"});
    CHECK(two->remove());
    CHECK(engine.leaks() == std::vector<std::string>{"one"});
    spec.name = "three";
    CHECK(Container::start(engine, spec, {})->release() == "id3");
  }
  CHECK(engine.leaks() == std::vector<std::string>{"three"});
}
