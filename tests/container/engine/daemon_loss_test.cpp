// A docker daemon that dies in the middle of a command and stays away.
#include "tests/container/engine/bench.hpp"

#include <csignal>

namespace wheelforge::engine {

using namespace std::chrono_literals;

TEST_CASE("a daemon's death in mid-command is temporary, and comes back at once", "[loss]") {
  const int signal = GENERATE(SIGKILL); // the daemon dies once
  Container container = start(spec_for("loss"));
  ExecSpec exec;
  exec.argv = {"sh", "-c", "echo ready; sleep 1000"};
  auto killed_at = std::chrono::steady_clock::time_point();
  const auto result = container.exec(exec,
                                     [&](host::Stream, std::string_view) {
                                       killed_at = std::chrono::steady_clock::now();
                                       ::kill(std::stoi(setting("WF_DAEMON_PID")), signal);
                                     },
                                     {});
  CHECK(std::chrono::steady_clock::now() - killed_at < 10s);
  REQUIRE_FALSE(result);
  CHECK(result.error().kind == ErrorKind::temporary);
  CHECK(result.error().hint.find("stopped answering") != std::string::npos);

  const auto next = Container::start(real_engine(), spec_for("loss"), {});
  REQUIRE_FALSE(next);
  CHECK(next.error().kind == ErrorKind::temporary);
  const auto listed = real_engine().list_containers("wheelforge.run");
  REQUIRE_FALSE(listed);
  CHECK(listed.error().kind == ErrorKind::temporary);
}

} // namespace wheelforge::engine
