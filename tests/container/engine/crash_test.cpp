// Crashes and interference from outside: what is told, and what the next start removes.
#include "tests/container/engine/bench.hpp"

#include "orchestrator/engine/reaper.hpp"

#include <csignal>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

namespace wheelforge::engine {
namespace {

/// Other runs may use the engine meanwhile.
std::vector<std::string> with_own_names(std::vector<std::string> names) {
  const std::string run = own_label().substr(own_label().find('=') + 1);
  std::erase_if(names, [&run](const std::string& name) { return name.find(run) == std::string::npos; });
  return names;
}

} // namespace

TEST_CASE("after kill -9 the next start removes what the dead run left, and nothing of the living") {
  Container ours = start(spec_for("living"));
  int ready[2];
  REQUIRE(::pipe(ready) == 0);
  const pid_t child = ::fork();
  if (child == 0) { // a run that gets as far as a running command
    Container container = start(spec_for("dead"));
    ExecSpec exec;
    exec.argv = {"sh", "-c", "echo ready; sleep 1000"};
    (void)container.exec(exec, [&ready](host::Stream, std::string_view) { (void)!::write(ready[1], "x", 1); }, {});
    ::_exit(0);
  }
  char byte = 0;
  REQUIRE(::read(ready[0], &byte, 1) == 1);
  const auto before = reap_dead(real_engine());
  REQUIRE(before);
  CHECK(before->removed.empty());
  CHECK(with_own_names(before->kept).size() == 2);

  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  const auto after = reap_dead(real_engine());
  REQUIRE(after);
  const auto removed = with_own_names(after->removed);
  REQUIRE(removed.size() == 1);
  CHECK(removed[0].find("dead") != std::string::npos);
  CHECK(with_own_names(after->kept) == std::vector<std::string>{ours.name()});
  CHECK(run(ours, "true").ok());
}

TEST_CASE("a container removed from outside in the middle of a command is temporary") {
  Container container = start(spec_for("removed"));
  ExecSpec exec;
  exec.argv = {"sh", "-c", "echo ready; sleep 1000"};
  std::jthread outsider;
  const auto result =
      container.exec(exec,
                     [&](host::Stream, std::string_view) {
                       outsider = std::jthread([id = container.id()] { CHECK(real_engine().remove_containers({id})); });
                     },
                     {});
  outsider.join();
  REQUIRE_FALSE(result);
  CHECK(result.error().kind == ErrorKind::temporary);
  CHECK(result.error().hint.find("outside of wheelforge") != std::string::npos);
  CHECK(real_engine().remove_containers({container.id()})); // gone already is fine
}

TEST_CASE("an image that is not there, and a name that is taken, are told") {
  ContainerSpec spec = spec_for("names");
  spec.image = "localhost/no/such-image:1";
  const auto missing = Container::start(real_engine(), spec, {});
  REQUIRE_FALSE(missing);
  CHECK(missing.error().kind == ErrorKind::not_found);
  CHECK_FALSE(missing.error().hint.empty());

  spec = spec_for("names");
  Container first = start(spec);
  CHECK_FALSE(Container::start(real_engine(), spec, {}));
  CHECK(run(first, "true").ok());
}

TEST_CASE("an image for another machine is told as such, with the cure") {
  REQUIRE(real_engine().import_image(setting("WF_FOREIGN_TAR"), "localhost/wheelforge/engine-test:foreign", {}, {}));
  ContainerSpec spec = spec_for("foreign");
  spec.image = "localhost/wheelforge/engine-test:foreign";
  auto container = Container::start(real_engine(), spec, {});
  Error error;
  if (container) { // docker notices when the container runs, podman when it starts
    ExecSpec exec;
    exec.argv = {"true"};
    const auto result = container->exec(exec, {}, {});
    REQUIRE_FALSE(result);
    error = result.error();
  } else {
    error = container.error();
  }
  CHECK(error.message.find("exec format error") != std::string::npos);
  CHECK(error.hint.find("qemu") != std::string::npos);
}

} // namespace wheelforge::engine
