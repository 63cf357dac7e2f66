// The engine over scripted answers: what is asked of docker or podman, and what is made of the answers.
#include "orchestrator/engine/cli_engine.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/fake_process_runner.hpp"
#include "tests/support/memory_file_system.hpp"

using namespace wheelforge;
using namespace wheelforge::engine;
using host::FakeProcessRunner;
using Answer = FakeProcessRunner::Answer;

namespace {

constexpr const char* kRunning = R"([{"Id":"c1","Name":"/c","State":{"Running":true,"Pid":7},"Config":{},
  "HostConfig":{"NetworkMode":"default"},"NetworkSettings":{"Networks":{"bridge":{}}}}])";
constexpr const char* kLostWords = "Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?";

struct Bench {
  /// The container's first process as the kernel tells of it.
  void set_process(const std::string& flags) { files->files["/proc/7/stat"] = "7 (sh) S 1 7 7 0 -1 " + flags + " 0 0"; }
  explicit Bench(EngineInfo::Kind kind = EngineInfo::Kind::docker) {
    EngineInfo info;
    info.kind = kind;
    info.program = to_string(kind);
    auto memory = std::make_unique<host::MemoryFileSystem>();
    files = memory.get();
    set_process("4194560");
    engine = std::make_unique<CliEngine>(info, runner, clock, std::move(memory));
  }
  void set_kills(int kills) {
    REQUIRE(files->write_atomically("/sys/fs/cgroup/docker/c1/memory.events", fmt::format("oom_kill {}\n", kills)));
  }
  Result<ExecResult> exec(std::optional<std::chrono::milliseconds> timeout = {}) {
    ExecSpec spec;
    spec.argv = {"make"};
    spec.timeout = timeout;
    return engine->exec("c1", spec, {}, {});
  }

  FakeProcessRunner runner;
  host::FakeClock clock;
  host::MemoryFileSystem* files = nullptr;
  std::unique_ptr<ContainerEngine> engine;
};

} // namespace

TEST_CASE("a command that succeeds costs one call") {
  Bench bench;
  bench.runner.on({"exec"}, Answer{.out = "hi\n"});
  const auto result = bench.exec();
  REQUIRE(result);
  CHECK(result->ok());
  CHECK(result->out == "hi\n");
  CHECK(bench.runner.transcript() == "docker exec c1 make\n");
}

TEST_CASE("a command's own failure is a result") {
  Bench bench;
  bench.runner.on({"exec"}, Answer{.exit_code = 125, .err = "no good"}).on({"inspect"}, Answer{.out = kRunning});
  bench.set_kills(0);
  const auto result = bench.exec();
  REQUIRE(result);
  CHECK(result->end == ExecEnd::exited);
  CHECK(result->exit_code == 125);
}

TEST_CASE("a failure with a kill for memory since the command's start is out of memory") {
  Bench bench;
  bench.set_kills(2);
  bench.runner.on({"exec"}, Answer{.exit_code = 2, .meanwhile = [&] { bench.set_kills(3); }})
      .on({"inspect"}, Answer{.out = kRunning});
  CHECK(bench.exec()->end == ExecEnd::out_of_memory);
  CHECK(bench.exec()->end == ExecEnd::exited); // the counter has not moved since: another reason
}

TEST_CASE("a container that was stopped for want of memory is out of memory") {
  Bench bench;
  bench.runner.on({"exec"}, Answer{.exit_code = 137})
      .on({"inspect"}, Answer{.out = R"([{"Id":"c1","State":{"Running":false,"OOMKilled":true,"ExitCode":137}}])"});
  CHECK(bench.exec()->end == ExecEnd::out_of_memory);
}

TEST_CASE("a lost engine is temporary, whether the client says so or only its silence") {
  Bench bench;
  SECTION("the client says so") { bench.runner.on({"exec"}, Answer{.exit_code = 1, .err = kLostWords}); }
  SECTION("the client ends with 255 and nothing answers") {
    bench.runner.on({"exec"}, Answer{.exit_code = 255}).on({"inspect"}, Answer{.exit_code = 1, .err = kLostWords});
  }
  const auto result = bench.exec();
  REQUIRE_FALSE(result);
  CHECK(result.error().kind == ErrorKind::temporary);
  CHECK(result.error().message.find("Cannot connect") != std::string::npos);
  CHECK_FALSE(result.error().hint.empty());
}

TEST_CASE("a container that went away is temporary and says so") {
  Bench bench;
  bench.runner.on({"exec"}, Answer{.exit_code = 137})
      .on({"inspect"}, Answer{.exit_code = 1, .out = "[]\n", .err = "Error: No such container: c1"});
  const auto result = bench.exec();
  REQUIRE_FALSE(result);
  CHECK(result.error().kind == ErrorKind::temporary);
  CHECK(result.error().hint.find("removed the container") != std::string::npos);
}

TEST_CASE("a command that dies with its container is not taken for one that failed by itself") {
  Bench bench;
  const Answer gone{.exit_code = 1, .out = "[]\n", .err = "Error: No such container: c1"};
  bench.set_process("4194564"); // PF_EXITING
  bench.runner.on({"exec"}, Answer{.exit_code = 137}).on({"inspect"}, {Answer{.out = kRunning}, gone});
  const auto result = bench.exec();
  REQUIRE_FALSE(result);
  CHECK(result.error().kind == ErrorKind::temporary);
}

TEST_CASE("a container of a foreign architecture is told by its log") {
  Bench bench;
  bench.runner.on({"exec"}, Answer{.exit_code = 1, .err = "Error response from daemon: Container c1 is not running"})
      .on({"inspect"}, Answer{.out = R"([{"Id":"c1","State":{"Running":false,"ExitCode":1}}])"})
      .on({"logs"}, Answer{.err = "exec /bin/sh: exec format error"});
  const auto result = bench.exec();
  REQUIRE_FALSE(result);
  CHECK(result.error().kind == ErrorKind::failed);
  CHECK(result.error().hint.find("qemu") != std::string::npos);
}

TEST_CASE("at the time limit what runs inside is killed too") {
  Bench bench;
  bench.runner.on({"kill -KILL -1"}, Answer{.exit_code = 137})
      .on({"exec"}, Answer{.duration = std::chrono::seconds(5)});
  const auto result = bench.exec(std::chrono::seconds(1));
  REQUIRE(result);
  CHECK(result->end == ExecEnd::timed_out);
  CHECK(bench.runner.transcript() == "docker exec c1 make\ndocker exec c1 sh -c 'kill -KILL -1'\n");
}

TEST_CASE("a pull is tried again while the registry is away, and no longer than four times") {
  Bench bench;
  const auto begin = bench.clock.steady();
  const Answer away{.exit_code = 1, .err = "dial tcp: lookup q.io: no such host"};
  SECTION("it comes back") {
    bench.runner.on({"pull"}, {away, away, Answer{}});
    CHECK(bench.engine->pull_image("q.io/x:1", "", {}, {}));
    CHECK(bench.runner.records().size() == 3);
    CHECK(bench.clock.steady() - begin == std::chrono::seconds(4));
  }
  SECTION("it stays away") {
    bench.runner.on({"pull"}, away);
    const auto pulled = bench.engine->pull_image("q.io/x:1", "", {}, {});
    REQUIRE_FALSE(pulled);
    CHECK(pulled.error().kind == ErrorKind::temporary);
    CHECK(bench.runner.records().size() == 4);
  }
  SECTION("it knows no such image: no second try") {
    bench.runner.on({"pull"}, Answer{.exit_code = 1, .err = "manifest unknown"});
    CHECK(bench.engine->pull_image("q.io/x:1", "", {}, {}).error().kind == ErrorKind::not_found);
    CHECK(bench.runner.records().size() == 1);
  }
  SECTION("a stop ends the waiting") {
    std::stop_source source;
    bench.runner.on({"pull"},
                    Answer{.exit_code = 1, .err = "i/o timeout", .meanwhile = [&] { source.request_stop(); }});
    CHECK(bench.engine->pull_image("q.io/x:1", "", {}, source.get_token()).error().kind == ErrorKind::cancelled);
  }
}

TEST_CASE("a container that failed to start, or was stopped at its start, is removed") {
  Bench bench;
  ContainerSpec spec;
  spec.image = "i";
  spec.name = "n";
  bench.runner.on({"rm"}, Answer{});
  std::stop_source source;
  ErrorKind wanted = ErrorKind::failed;
  SECTION("failed") { bench.runner.on({"run"}, Answer{.exit_code = 125, .err = "Error: something"}); }
  SECTION("stopped") {
    bench.runner.on({"run"}, Answer{.out = "c1\n", .meanwhile = [&] { source.request_stop(); }});
    wanted = ErrorKind::cancelled;
  }
  const auto started = bench.engine->run_container(spec, source.get_token());
  REQUIRE_FALSE(started);
  CHECK(started.error().kind == wanted);
  CHECK(bench.runner.records().back().text() == "docker rm --force --volumes n");
}

TEST_CASE("a container whose name another has is not removed in its place") {
  Bench bench;
  ContainerSpec spec;
  spec.image = "i";
  spec.name = "n";
  bench.runner.on({"run"}, Answer{.exit_code = 125, .err = "The container name \"/n\" is already in use by 9"});
  CHECK_FALSE(bench.engine->run_container(spec, {}));
  CHECK(bench.runner.records().size() == 1);
}

TEST_CASE("the network is taken from what the container is connected to, and given back to the same") {
  Bench bench;
  bench.runner
      .on({"inspect"}, Answer{.out = R"([{"Id":"c1","HostConfig":{"NetworkMode":"a"},
      "NetworkSettings":{"Networks":{"a":{},"b":{}}}}])"})
      .on({"network"}, Answer{});
  REQUIRE(bench.engine->set_network("c1", Network::off, {}));
  REQUIRE(bench.engine->set_network("c1", Network::on, {}));
  CHECK(bench.runner.transcript() == "docker container inspect c1\ndocker network disconnect a c1\n"
                                     "docker network disconnect b c1\ndocker network connect a c1\n"
                                     "docker network connect b c1\n");
}

TEST_CASE("a container for which no network was named is taken from the usual one without a look at it") {
  Bench bench;
  bench.runner.on({"run"}, Answer{.out = "c1\n"});
  ContainerSpec spec;
  spec.image = "image";
  spec.network = Network::on;
  SECTION("at once") {
    bench.runner.on({"network"}, Answer{});
    REQUIRE(bench.engine->run_container(spec, {}));
    REQUIRE(bench.engine->set_network("c1", Network::off, {}));
    REQUIRE(bench.engine->set_network("c1", Network::on, {}));
    const std::string transcript = bench.runner.transcript();
    CHECK(transcript.ends_with("docker network disconnect bridge c1\ndocker network connect bridge c1\n"));
    CHECK(transcript.find("inspect") == std::string::npos);
  }
  SECTION("unless the user's arguments name one") {
    spec.extra_arguments = {"--network=mine"};
    bench.runner
        .on({"inspect"}, Answer{.out = R"([{"Id":"c1","HostConfig":{"NetworkMode":"mine"},
      "NetworkSettings":{"Networks":{"mine":{}}}}])"})
        .on({"network"}, Answer{});
    REQUIRE(bench.engine->run_container(spec, {}));
    REQUIRE(bench.engine->set_network("c1", Network::off, {}));
    CHECK(bench.runner.transcript().ends_with("docker container inspect c1\ndocker network disconnect mine c1\n"));
  }
}

TEST_CASE("where podman cannot take the network away, commands run without one") {
  Bench bench(EngineInfo::Kind::podman);
  bench.runner.on({"inspect"},
                  Answer{.out = R"([{"Id":"c1","HostConfig":{"NetworkMode":"slirp4netns"},"NetworkSettings":{}}])"});
  SECTION("by a namespace of their own") {
    bench.runner.on({"exec"}, Answer{});
    REQUIRE(bench.engine->set_network("c1", Network::off, {}));
    REQUIRE(bench.exec());
    CHECK(bench.runner.records().back().text() ==
          R"(podman exec c1 unshare -rn sh -c 'ip link set lo up 2>/dev/null; exec "$@"' sh make)");
    REQUIRE(bench.engine->set_network("c1", Network::on, {}));
    REQUIRE(bench.exec());
    CHECK(bench.runner.records().back().text() == "podman exec c1 make");
  }
  SECTION("or it is an error that says what to do") {
    bench.runner.on({"exec"}, Answer{.exit_code = 127, .err = "exec: \"unshare\": executable file not found"});
    const auto taken = bench.engine->set_network("c1", Network::off, {});
    REQUIRE_FALSE(taken);
    CHECK(taken.error().hint.find("without a network") != std::string::npos);
  }
}

TEST_CASE("listing goes on when a container disappears between the two questions") {
  Bench bench;
  bench.runner.on({"ps"}, Answer{.out = "c1\nc2\n"})
      .on({"inspect"}, Answer{.exit_code = 1, .out = kRunning, .err = "Error: No such container: c2"});
  const auto listed = bench.engine->list_containers("wheelforge.run");
  REQUIRE(listed);
  REQUIRE(listed->size() == 1);
  CHECK(listed->at(0).id == "c1");
}

TEST_CASE("no containers, no second question; none to remove, no question at all") {
  Bench bench;
  bench.runner.on({"ps"}, Answer{});
  CHECK(bench.engine->list_containers("x")->empty());
  CHECK(bench.engine->remove_containers({}));
  CHECK(bench.runner.records().size() == 1);
}

TEST_CASE("copying feeds the tar to the engine's client and takes it from there") {
  Bench bench;
  bench.runner.on({"cp", "-", "c1:/"}, Answer{}).on({"cp", "c1:/out", "-"}, Answer{.out = "tar bytes"});
  bool done = false;
  REQUIRE(bench.engine->copy_in("c1", "/",
                                [&done](std::span<char> buffer) -> Result<std::size_t> {
                                  buffer[0] = 'x';
                                  return std::exchange(done, true) ? std::size_t{0} : std::size_t{1};
                                },
                                {}));
  CHECK(bench.runner.records().back().input == "x");
  std::string got;
  REQUIRE(bench.engine->copy_out("c1", "/out",
                                 [&got](std::string_view bytes) -> Result<void> {
                                   got += bytes;
                                   return {};
                                 },
                                 {}));
  CHECK(got == "tar bytes");
  const auto refused =
      bench.engine->copy_out("c1", "/out", [](std::string_view) -> Result<void> { return fail("too big"); }, {});
  CHECK(refused.error().message == "too big");
}

TEST_CASE("copying into a container that is gone is temporary, whatever the client says of it") {
  Bench bench;
  const auto nothing = [](std::span<char>) -> Result<std::size_t> { return 0; };
  bench.runner.on({"cp"}, Answer{.exit_code = 1, .err = "destination \"c1:/\" must be a directory"});
  SECTION("gone") {
    bench.runner.on({"inspect"}, Answer{.exit_code = 1, .out = "[]\n", .err = "Error: No such container: c1"});
    const auto copied = bench.engine->copy_in("c1", "/", nothing, {});
    REQUIRE_FALSE(copied);
    CHECK(copied.error().kind == ErrorKind::temporary);
  }
  SECTION("there") {
    bench.runner.on({"inspect"}, Answer{.out = kRunning});
    const auto copied = bench.engine->copy_in("c1", "/", nothing, {});
    REQUIRE_FALSE(copied);
    CHECK(copied.error().kind == ErrorKind::failed);
    CHECK(copied.error().message.find("must be a directory") != std::string::npos);
  }
}

TEST_CASE("a path that is not there is not_found") {
  Bench bench;
  bench.runner.on({"cp"}, Answer{.exit_code = 1, .err = "Could not find the file /out in container c1"});
  const auto copied = bench.engine->copy_out("c1", "/out", [](std::string_view) { return Result<void>(); }, {});
  CHECK(copied.error().kind == ErrorKind::not_found);
}

TEST_CASE("an engine that hangs is lost after its time") {
  Bench bench;
  bench.runner.on({"ps"}, Answer{.duration = std::chrono::hours(1)});
  const auto listed = bench.engine->list_containers("x");
  REQUIRE_FALSE(listed);
  CHECK(listed.error().kind == ErrorKind::temporary);
}
