// Containers and commands in them, with a real engine.
#include "tests/container/engine/bench.hpp"

#include "orchestrator/engine/host_trust.hpp"
#include "orchestrator/engine/reaper.hpp"

#include <atomic>
#include <cstdlib>
#include <thread>

namespace wheelforge::engine {

using namespace std::chrono_literals;

std::string setting(const char* name) {
  const char* value = std::getenv(name);
  REQUIRE(value != nullptr);
  return value;
}

ContainerEngine& real_engine() {
  static const auto runner = host::make_process_runner();
  static const auto clock = host::make_clock();
  static const auto engine = [] {
    const bool is_podman = setting("WF_ENGINE") == "podman";
    auto found = detect_engine(*runner, *clock, is_podman ? EngineChoice::podman : EngineChoice::docker);
    REQUIRE(found);
    REQUIRE((*found)->import_image(setting("WF_ROOT_TAR"), kImage, {"ENV WF_IMAGE=yes", "WORKDIR /root"}, {}));
    return *std::move(found);
  }();
  return *engine;
}

std::string own_label() {
  static const std::string label = fmt::format("wheelforge.run=test{}", host::current_process()->pid);
  return label;
}

ContainerSpec spec_for(std::string_view purpose) {
  static std::atomic<int> number = 0;
  const Owner owner{own_label().substr(own_label().find('=') + 1), "cell", host::current_process().value()};
  ContainerSpec spec;
  spec.image = kImage;
  spec.name = owner_name(owner, fmt::format("{}{}", purpose, ++number));
  spec.labels = owner_labels(owner);
  return spec;
}

Container start(const ContainerSpec& spec) {
  auto container = Container::start(real_engine(), spec, {});
  if (!container) {
    FAIL(container.error().message);
  }
  return *std::move(container);
}

ExecResult run(Container& container, const std::string& script) {
  ExecSpec spec;
  spec.argv = {"sh", "-c", script};
  auto result = container.exec(spec, {}, {});
  if (!result) {
    FAIL(result.error().message);
  }
  return *std::move(result);
}

namespace {

std::vector<std::string> names_with(const std::string& label) {
  const auto states = real_engine().list_containers(label);
  REQUIRE(states);
  std::vector<std::string> names;
  for (const ContainerState& state : *states) {
    names.push_back(state.name);
  }
  return names;
}

} // namespace

TEST_CASE("the engine says what it is") {
  const EngineInfo& info = real_engine().info();
  CHECK(to_string(info.kind) == setting("WF_ENGINE"));
  CHECK_FALSE(info.server_version.empty());
  CHECK_FALSE(info.remote);
  CHECK((info.cgroup_version == 1 || info.cgroup_version == 2));
  CHECK_FALSE(info.root_folder.empty());
}

TEST_CASE("a command sees its environment and folder, and its end and streams come back") {
  ContainerSpec spec = spec_for("exec");
  spec.environment = {{"FROM_SPEC", "a b"}};
  spec.folder = "/tmp";
  Container container = start(spec);
  CHECK(run(container, "echo $WF_IMAGE $FROM_SPEC; pwd; echo oops >&2; exit 42").out == "yes a b\n/tmp\n");
  CHECK(run(container, "echo oops >&2; exit 42").err == "oops\n");
  CHECK(run(container, "exit 125").exit_code == 125);
  CHECK(run(container, "kill -9 $$").exit_code == 137);

  ExecSpec exec;
  exec.argv = {"sh", "-c", "cat; echo $NEW $FROM_SPEC; pwd"};
  exec.environment = {{"NEW", "it's \"new\"\nline"}, {"FROM_SPEC", "changed"}};
  exec.folder = "/etc";
  exec.input = host::TextInput{"stdin\n"};
  CHECK(container.exec(exec, {}, {})->out == "stdin\nit's \"new\" line changed\n/etc\n");
}

TEST_CASE("a program that the image does not have is the command's failure, not the engine's") {
  Container container = start(spec_for("missing"));
  ExecSpec exec;
  exec.argv = {"no-such-program"};
  const auto result = container.exec(exec, {}, {});
  REQUIRE(result);
  CHECK(result->end == ExecEnd::exited);
  CHECK((result->exit_code == 126 || result->exit_code == 127));
  CHECK((result->out + result->err).find("no-such-program") != std::string::npos);
}

TEST_CASE("bytes pass unchanged to a sink while the command runs") {
  Container container = start(spec_for("sink"));
  std::string out;
  ExecSpec exec;
  exec.argv = {"sh", "-c", "head -c 2000000 /dev/zero; printf '\\377\\000x'"};
  exec.capture_bytes = 3;
  const auto result = container.exec(
      exec, [&out](host::Stream stream, std::string_view bytes) { out += stream == host::Stream::out ? bytes : ""; },
      {});
  REQUIRE(result);
  CHECK(out.size() == 2'000'003);
  CHECK(result->out == std::string("\377\0x", 3));
}

TEST_CASE("at its time limit a command ends, and so does what it started") {
  Container container = start(spec_for("limit"));
  ExecSpec exec;
  exec.argv = {"sh", "-c", "sleep 4711 & trap '' TERM; sleep 4712"};
  exec.timeout = 500ms;
  const auto result = container.exec(exec, {}, {});
  REQUIRE(result);
  CHECK(result->end == ExecEnd::timed_out);
  CHECK(run(container, "ps | grep -c '[s]leep 471'").out == "0\n");
}

TEST_CASE("a stop ends a command at once, and the container removes itself") {
  std::stop_source source;
  std::string name;
  {
    Container container = start(spec_for("stop"));
    name = container.name();
    ExecSpec exec;
    exec.argv = {"sh", "-c", "echo ready; sleep 1000"};
    const auto began = std::chrono::steady_clock::now();
    const auto result = container.exec(
        exec, [&source](host::Stream, std::string_view) { source.request_stop(); }, source.get_token());
    REQUIRE(result);
    CHECK(result->end == ExecEnd::cancelled);
    CHECK(std::chrono::steady_clock::now() - began < 5s);
    CHECK(names_with(own_label()) == std::vector<std::string>{name});
  }
  CHECK(names_with(own_label()).empty());
  CHECK_FALSE(Container::start(real_engine(), spec_for("stopped"), source.get_token()));
  CHECK(names_with(own_label()).empty());
}

TEST_CASE("the network can be absent, taken away and given back") {
  const auto routes = [](Container& container) { return std::stoi(run(container, "wc -l < /proc/net/route").out) - 1; };
  ContainerSpec spec = spec_for("network");
  Container without = start(spec);
  CHECK(routes(without) == 0);
  spec = spec_for("network");
  spec.network = Network::on;
  Container with = start(spec);
  CHECK(routes(with) > 0);
  REQUIRE(with.disconnect_network({}));
  CHECK(routes(with) == 0);
  REQUIRE(with.disconnect_network({})); // twice is fine
  REQUIRE(with.connect_network({}));
  CHECK(routes(with) > 0);
}

TEST_CASE("an image's entry point runs process 1, and the commands for which it is wanted") {
  REQUIRE(real_engine().import_image(setting("WF_ROOT_TAR"), "localhost/wheelforge/engine-test:linux32",
                                     {"ENTRYPOINT [\"linux32\"]"}, {}));
  ContainerSpec spec = spec_for("entry");
  spec.image = "localhost/wheelforge/engine-test:linux32";
  Container plain = start(spec);
  const std::string machine = run(plain, "uname -m").out;
  spec = spec_for("entry");
  spec.image = "localhost/wheelforge/engine-test:linux32";
  ImageInfo image = real_engine().inspect_image(spec.image).value();
  CHECK(image.entrypoint == std::vector<std::string>{"linux32"});
  image.architecture = "386";
  spec.exec_prefix = exec_prefix(image);
  Container prefixed = start(spec);
  if (machine == "x86_64\n") {
    CHECK(run(prefixed, "uname -m").out == "i686\n");
  }
  spec = spec_for("entry");
  spec.image = "localhost/wheelforge/engine-test:linux32";
  spec.entrypoint.emplace();
  Container cleared = start(spec);
  CHECK(run(cleared, "cat /proc/1/cmdline | tr '\\000' ' ' | cut -c1-5").out == "sh -c\n");
}

TEST_CASE("the host's certificates are there, and cannot be written") {
  const auto files = host::make_file_system();
  const std::string bundle = setting("WF_ROOT_TAR"); // any file will do
  const auto trust = host_trust(bundle, *files, [](std::string_view) { return std::nullopt; });
  REQUIRE(trust);
  ContainerSpec spec = spec_for("trust");
  spec.mounts = trust->mounts;
  spec.environment = trust->environment;
  Container container = start(spec);
  CHECK(run(container, "wc -c < $SSL_CERT_FILE").out == std::to_string(files->read(bundle)->size()) + "\n");
  CHECK(run(container, "echo x >> $SSL_CERT_FILE").exit_code != 0);
}

TEST_CASE("many containers run commands at once") {
  std::vector<std::jthread> threads;
  std::atomic<int> right = 0;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([i, &right, spec = spec_for("many")] {
      auto container = Container::start(real_engine(), spec, {});
      for (int j = 0; container && j < 3; ++j) {
        ExecSpec exec;
        exec.argv = {"echo", std::to_string(10 * i + j)};
        const auto result = container->exec(exec, {}, {});
        right += result && result->out == exec.argv[1] + "\n" ? 1 : 0;
      }
    });
  }
  threads.clear();
  CHECK(right == 12);
}

TEST_CASE("volumes keep their files for the next container and go when they are told to") {
  const std::string name = "wheelforge-engine-test-volume";
  REQUIRE(real_engine().create_volume(name, {{"wheelforge.run", "volumes"}}));
  REQUIRE(real_engine().create_volume(name, {})); // an existing one is fine
  for (const char* script : {"echo kept > /cache/file", "test $(cat /cache/file) = kept"}) {
    ContainerSpec spec = spec_for("volume");
    spec.mounts = {{Mount::Kind::volume, name, "/cache", Mount::Access::read_write, {}}};
    Container container = start(spec);
    CHECK(run(container, script).ok());
  }
  CHECK(real_engine().list_volumes("wheelforge.run=volumes").value() == std::vector<std::string>{name});
  REQUIRE(remove_run(real_engine(), "volumes"));
  CHECK(real_engine().list_volumes("wheelforge.run=volumes")->empty());
  CHECK(real_engine().remove_volume(name));
}

} // namespace wheelforge::engine
