// Signals: the first asks to stop, the second ends the process at once after its last words.
#include "orchestrator/host/signals.hpp"
#include "tests/support/catch.hpp"

#include <condition_variable>
#include <csignal>
#include <mutex>

#include <sys/wait.h>
#include <unistd.h>

using namespace wheelforge::host;

namespace {

void wait_for_stop(const std::stop_token& token) {
  std::mutex mutex;
  std::condition_variable_any changed;
  std::unique_lock lock(mutex);
  changed.wait(lock, token, [&] { return token.stop_requested(); });
}

/// Runs `body` in a child process and returns how it ended, as wait(2) says it.
template <class Body>
int in_child(Body body) {
  const pid_t child = ::fork();
  if (child == 0) {
    body();
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

} // namespace

TEST_CASE("the first signal requests a stop and is remembered") {
  const int number = GENERATE(SIGINT, SIGTERM, SIGHUP);
  SignalWatch watch;
  CHECK(watch.received() == 0);
  ::raise(number);
  wait_for_stop(watch.token());
  CHECK(watch.received() == number);
}

TEST_CASE("the second signal says its last words and ends the process with 128 and its number") {
  const int status = in_child([] {
    int pipe[2];
    if (::pipe(pipe) != 0) {
      ::_exit(1);
    }
    SignalWatch watch([&] {
      [[maybe_unused]] const auto written = ::write(pipe[1], "x", 1);
      char said = 0;
      if (::read(pipe[0], &said, 1) != 1 || said != 'x') {
        ::_exit(2);
      }
    });
    ::raise(SIGINT);
    wait_for_stop(watch.token());
    ::raise(SIGTERM);
    ::pause();
  });
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 128 + SIGTERM);
}

TEST_CASE("the third signal does not wait for the last words") {
  const int status = in_child([] {
    SignalWatch watch([] {
      ::kill(::getpid(), SIGINT);
      ::pause();
    });
    ::raise(SIGINT);
    wait_for_stop(watch.token());
    ::raise(SIGINT);
    for (;;) {
      ::pause();
    }
  });
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 128 + SIGINT);
}

TEST_CASE("after the watch the signals do what they did before") {
  const int status = in_child([] {
    ::signal(SIGHUP, SIG_DFL);
    { const SignalWatch watch; }
    ::raise(SIGHUP);
  });
  CHECK(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGHUP);
}
