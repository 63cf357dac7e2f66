// Which engine is chosen, and what is said when there is none.
#include "orchestrator/engine/container_engine.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/fake_process_runner.hpp"

using namespace wheelforge;
using namespace wheelforge::engine;
using Answer = host::FakeProcessRunner::Answer;

namespace {
const Answer kMissing{.error = Error{"there is no program in PATH", ErrorKind::not_found, ""}};
const Answer kDockerVersion{.out = R"({"Client":{"Version":"28","ApiVersion":"1.41"},
  "Server":{"Version":"20.10","ApiVersion":"1.41","Arch":"amd64"}})"};
const Answer kPodmanVersion{.out = R"({"Client":{"APIVersion":"4.3.1","Version":"4.3.1","OsArch":"linux/amd64"}})"};
const Answer kDown{.exit_code = 1,
                   .err = "Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?"};

Result<EngineInfo> detect(host::FakeProcessRunner& runner, EngineChoice choice = EngineChoice::automatic) {
  host::FakeClock clock;
  WF_TRY(const auto engine, detect_engine(runner, clock, choice));
  return engine->info();
}
} // namespace

TEST_CASE("docker is taken when its daemon answers") {
  host::FakeProcessRunner runner;
  runner.on({"docker", "version"}, kDockerVersion).on({"docker", "info"}, Answer{.out = "{}"});
  const auto info = detect(runner);
  REQUIRE(info);
  CHECK(info->kind == EngineInfo::Kind::docker);
  CHECK(info->server_version == "20.10");
}

TEST_CASE("podman is taken when docker is missing, or its daemon is down") {
  host::FakeProcessRunner runner;
  runner.on({"docker"}, GENERATE(kMissing, kDown)).on({"podman", "version"}, kPodmanVersion);
  const auto info = detect(runner);
  REQUIRE(info);
  CHECK(info->kind == EngineInfo::Kind::podman);
  CHECK(info->program == "podman");
}

TEST_CASE("a docker that is podman underneath is driven as podman, by its name") {
  host::FakeProcessRunner runner;
  runner.on({"docker", "version"}, kPodmanVersion).on({"docker", "info"}, Answer{.exit_code = 125});
  const auto info = detect(runner);
  REQUIRE(info);
  CHECK(info->kind == EngineInfo::Kind::podman);
  CHECK(info->program == "docker");
}

TEST_CASE("the chosen engine is taken or nothing") {
  host::FakeProcessRunner runner;
  runner.on({"docker", "version"}, kDockerVersion).on({"docker", "info"}, Answer{.out = "{}"}).on({"podman"}, kMissing);
  CHECK(detect(runner, EngineChoice::docker)->kind == EngineInfo::Kind::docker);
  const auto podman = detect(runner, EngineChoice::podman);
  REQUIRE_FALSE(podman);
  CHECK(podman.error().kind == ErrorKind::engine_unavailable);
}

TEST_CASE("without any engine both reasons are given, and what to do") {
  host::FakeProcessRunner runner;
  runner.on({"docker"}, kDown).on({"podman"}, kMissing);
  const auto info = detect(runner);
  REQUIRE_FALSE(info);
  CHECK(info.error().kind == ErrorKind::engine_unavailable);
  CHECK(info.error().message.find("Cannot connect") != std::string::npos);
  CHECK(info.error().message.find("no program") != std::string::npos);
  CHECK_FALSE(info.error().hint.empty());
}

TEST_CASE("a socket that we may not open is told with its cure") {
  host::FakeProcessRunner runner;
  runner.on({"docker"},
            Answer{.exit_code = 1, .err = "permission denied while trying to connect to the Docker daemon socket"});
  const auto info = detect(runner, EngineChoice::docker);
  REQUIRE_FALSE(info);
  CHECK(info.error().hint.find("group 'docker'") != std::string::npos);
}

TEST_CASE("engines older than API 1.41 and podman 3 are refused by number") {
  host::FakeProcessRunner runner;
  runner
      .on({"docker", "version"}, Answer{.out = R"({"Client":{"Version":"19","ApiVersion":"1.40"},
        "Server":{"Version":"20.10","ApiVersion":"1.41"}})"})
      .on({"docker", "info"}, Answer{.out = "{}"})
      .on({"podman"}, Answer{.out = R"({"Client":{"Version":"2.2.1","OsArch":"linux/amd64"}})"});
  CHECK(detect(runner, EngineChoice::docker).error().message.find("API 1.40, wanted 1.41") != std::string::npos);
  CHECK(detect(runner, EngineChoice::podman).error().message.find("2.2.1, wanted 3") != std::string::npos);
}
