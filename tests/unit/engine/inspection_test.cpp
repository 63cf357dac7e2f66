// What docker and podman print in JSON, cut down from real answers.
#include "orchestrator/engine/inspection.hpp"
#include "tests/support/catch.hpp"

using namespace wheelforge;
using namespace wheelforge::engine;

TEST_CASE("a docker container is read, its name without the slash and its networks without none") {
  const auto containers = parse_containers(R"([{"Id":"94c9","Name":"/m1","Image":"sha256:aefe",
    "State":{"Running":true,"OOMKilled":false,"ExitCode":0,"Pid":4711},
    "HostConfig":{"NetworkMode":"default"},
    "Config":{"Labels":{"wheelforge.run":"r1"}},"NetworkSettings":{"Networks":{"bridge":{},"none":{}}}},
    {"Id":"95","Name":"/m2","State":{"Running":false,"OOMKilled":true,"ExitCode":137},"Config":{"Labels":null}}])");
  REQUIRE(containers);
  REQUIRE(containers->size() == 2);
  const InspectedContainer& first = containers->at(0);
  CHECK(first.state.id == "94c9");
  CHECK(first.state.name == "m1");
  CHECK(first.state.running);
  CHECK(first.state.pid == 4711);
  CHECK(first.state.labels == Labels{{"wheelforge.run", "r1"}});
  CHECK(first.networks == std::vector<std::string>{"bridge"});
  CHECK(first.network_mode == "default");
  CHECK(containers->at(1).state.oom_killed);
  CHECK(containers->at(1).state.exit_code == 137);
  CHECK(containers->at(1).networks.empty());
}

TEST_CASE("an image is read from either engine, its id always with sha256") {
  const auto image = parse_image(R"([{"Id":"aefe","RepoTags":["localhost/x:1"],"RepoDigests":["q.io/x@sha256:11"],
    "Os":"linux","Architecture":"arm","Variant":"v7","Size":194,"Config":{"Env":["PATH=/bin","A=b=c","EMPTY="],
    "Entrypoint":["manylinux-entrypoint"],"Cmd":["/bin/bash"],"Labels":{"a":"b"}}}])");
  REQUIRE(image);
  CHECK(image->id == "sha256:aefe");
  CHECK(image->tags == std::vector<std::string>{"localhost/x:1"});
  CHECK(image->digests == std::vector<std::string>{"q.io/x@sha256:11"});
  CHECK(image->architecture == "arm");
  CHECK(image->variant == "v7");
  CHECK(image->environment == Environment{{"PATH", "/bin"}, {"A", "b=c"}, {"EMPTY", ""}});
  CHECK(image->entrypoint == std::vector<std::string>{"manylinux-entrypoint"});
  CHECK(image->command == std::vector<std::string>{"/bin/bash"});
  CHECK(image->size_bytes == 194);
  CHECK(exec_prefix(*image) == image->entrypoint);
  auto plain = *image;
  plain.entrypoint.clear();
  REQUIRE(exec_prefix(plain).size() == 4);
  CHECK(exec_prefix(plain)[2] == "! command -v linux32 >/dev/null || exec linux32 \"$@\"; exec \"$@\"");
  auto wide = *image;
  wide.architecture = "amd64";
  CHECK(exec_prefix(wide).empty());
}

TEST_CASE("what is no image, no container or no JSON is invalid_data") {
  for (const char* text : {"", "x", "[]", "{}", "[{}]", "[1]"}) {
    const auto image = parse_image(text);
    REQUIRE_FALSE(image);
    CHECK(image.error().kind == ErrorKind::invalid_data);
  }
  CHECK_FALSE(parse_containers("[{}]"));
  CHECK_FALSE(parse_containers("x"));
}

TEST_CASE("docker tells its versions, its machine and what it can do") {
  const char* version = R"({"Client":{"Version":"28.2.2","ApiVersion":"1.41"},
    "Server":{"Version":"20.10.24+dfsg1","ApiVersion":"1.41","Arch":"arm64"}})";
  const auto info = parse_docker(version, R"({"KernelVersion":"6.1","SecurityOptions":["name=seccomp,profile=default",
    "name=rootless","name=selinux"],"InitBinary":"docker-init","CgroupVersion":"2","DockerRootDir":"/var/lib/docker"})",
                                 "6.1");
  REQUIRE(info);
  CHECK(info->client_version == "28.2.2");
  CHECK(info->server_version == "20.10.24+dfsg1");
  CHECK(info->api_version == "1.41");
  CHECK(info->architecture == "aarch64");
  CHECK(info->rootless);
  CHECK(info->selinux);
  CHECK(info->has_init);
  CHECK_FALSE(info->remote);
  CHECK(info->cgroup_version == 2);
  CHECK(info->root_folder == "/var/lib/docker");
  CHECK(parse_docker(version, R"({"KernelVersion":"6.2"})", "6.1")->remote);
  CHECK_FALSE(parse_docker(R"({"Client":{"Version":"28"},"Server":null})", "{}", "6.1"));
  CHECK_FALSE(is_podman_in_disguise(version));
}

TEST_CASE("podman tells its version, also under docker's name") {
  const char* version = R"({"Client":{"APIVersion":"4.3.1","Version":"4.3.1","OsArch":"linux/amd64","Os":"linux"}})";
  const auto info = parse_podman(version);
  REQUIRE(info);
  CHECK(info->kind == EngineInfo::Kind::podman);
  CHECK(info->client_version == "4.3.1");
  CHECK(info->architecture == "x86_64");
  CHECK_FALSE(info->remote);
  CHECK(is_podman_in_disguise(version));
  CHECK(parse_podman(R"({"Client":{"Version":"5.0"},"Server":{"Version":"4.9","OsArch":"linux/arm64"}})")->remote);
}

TEST_CASE("versions compare by number") {
  CHECK(is_at_least("1.41", "1.41"));
  CHECK(is_at_least("1.50", "1.41"));
  CHECK_FALSE(is_at_least("1.9", "1.41"));
  CHECK(is_at_least("4.3.1", "3"));
  CHECK_FALSE(is_at_least("2.9.9", "3"));
  CHECK_FALSE(is_at_least("", "1.41"));
}

TEST_CASE("loaded images are named in every engine's way") {
  CHECK(parse_loaded_images("Loaded image: a:1\nLoaded image ID: sha256:22\nother\n") ==
        std::vector<std::string>{"a:1", "sha256:22"});
  CHECK(parse_loaded_images("Loaded image(s): localhost/a:1,localhost/b:1\n") ==
        std::vector<std::string>{"localhost/a:1", "localhost/b:1"});
}
