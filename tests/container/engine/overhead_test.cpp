// What each call of the engine costs on this machine; prints a table (docs/adr/0001), and checks only what must hold.
#include "tests/container/engine/bench.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace wheelforge::engine {
namespace {

template <class Call>
void measure(const char* what, int rounds, Call call) {
  std::vector<double> seconds;
  for (int i = 0; i < rounds; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    call();
    seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }
  std::sort(seconds.begin(), seconds.end());
  fmt::print("  {:<44} {:6.3f} s (best {:.3f}, worst {:.3f}, {} rounds)\n", what, seconds[seconds.size() / 2],
             seconds.front(), seconds.back(), rounds);
}

} // namespace

TEST_CASE("what the engine's calls cost", "[.][overhead]") {
  fmt::print("{} {}\n", to_string(real_engine().info().kind), real_engine().info().server_version);
  const auto runner = host::make_process_runner();
  const auto clock = host::make_clock();
  const bool is_podman = setting("WF_ENGINE") == "podman";
  measure("detect_engine", 9,
          [&] { CHECK(detect_engine(*runner, *clock, is_podman ? EngineChoice::podman : EngineChoice::docker)); });
  measure("list_containers, none", 9, [] { CHECK(real_engine().list_containers("wheelforge.run")); });
  measure("inspect_image", 9, [] { CHECK(real_engine().inspect_image(kImage)); });
  std::vector<Container> containers;
  ContainerSpec spec = spec_for("cost");
  measure("start, without network", 7, [&] { containers.push_back(start(spec_for("cost"))); });
  measure("remove", 7, [&] { containers.pop_back(); });
  spec.network = Network::on;
  measure("start, with network", 7, [&] {
    spec.name += "x";
    containers.push_back(start(spec));
  });
  Container& container = containers.front();
  measure("exec true", 15, [&] { CHECK(run(container, "true").ok()); });
  measure("exec false (looks at the container)", 9, [&] { CHECK_FALSE(run(container, "false").ok()); });
  measure("write_file", 9, [&] { CHECK(container.write_file("/x", "bytes", {})); });
  measure("read_file", 9, [&] { CHECK(container.read_file("/x", {})); });
  const std::string big(100U << 20U, 'x');
  measure("write_file, 100 MiB", 3, [&] { CHECK(container.write_file("/x", big, {})); });
  measure("read_file, 100 MiB", 3, [&] { CHECK(container.read_file("/x", {})); });
  measure("memory_use", 9, [&] { CHECK(container.memory_use()); });
  measure("disconnect_network, connect_network", 5, [&] {
    CHECK(container.disconnect_network({}));
    CHECK(container.connect_network({}));
  });
  measure("disconnect_network", 5, [&] {
    Container& last = containers.back();
    CHECK(last.disconnect_network({}));
    containers.pop_back();
  });
}

} // namespace wheelforge::engine
