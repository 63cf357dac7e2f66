// Process identities: the living are told from the dead, and from namesakes.
#include "orchestrator/host/process_identity.hpp"
#include "tests/support/catch.hpp"

#include <csignal>

#include <sys/wait.h>
#include <unistd.h>

using namespace wheelforge::host;

TEST_CASE("this process is alive, and no other that had its pid") {
  const auto self = current_process();
  REQUIRE(self);
  CHECK(self->pid == ::getpid());
  CHECK(liveness_of(*self) == Liveness::alive);
  ProcessIdentity namesake = *self;
  namesake.start_ticks += 1;
  CHECK(liveness_of(namesake) == Liveness::dead);
}

TEST_CASE("a process is dead once it has ended, even before it is reaped") {
  int ready[2];
  REQUIRE(::pipe(ready) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto identity = current_process();
    [[maybe_unused]] const auto written = ::write(ready[1], &identity->start_ticks, sizeof identity->start_ticks);
    ::pause();
  }
  auto process = current_process().value();
  process.pid = child;
  REQUIRE(::read(ready[0], &process.start_ticks, sizeof process.start_ticks) == sizeof process.start_ticks);
  CHECK(liveness_of(process) == Liveness::alive);
  ::kill(child, SIGKILL);
  siginfo_t info{};
  REQUIRE(::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT) == 0);
  CHECK(liveness_of(process) == Liveness::dead);
  ::waitpid(child, nullptr, 0);
  CHECK(liveness_of(process) == Liveness::dead);
}

TEST_CASE("before a reboot is dead; another machine or pid namespace cannot be judged") {
  auto process = current_process().value();
  process.boot = "00000000-0000-0000-0000-000000000000";
  CHECK(liveness_of(process) == Liveness::rebooted);
  process.machine = "another";
  CHECK(liveness_of(process) == Liveness::unknown);
  process = current_process().value();
  process.pid_namespace += 1;
  CHECK(liveness_of(process) == Liveness::unknown);
}

TEST_CASE("a process's flags are read behind its name, whatever that is") {
  CHECK(process_flags("42 (a) b (c) S 1 42 42 0 -1 4194564 9 9") == 4194564U);
  CHECK_FALSE(process_flags("42 (a) S 1"));
  CHECK_FALSE(process_flags(""));
}
