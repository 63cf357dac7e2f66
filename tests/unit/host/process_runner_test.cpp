// The process runner with real children: what goes in, what comes out, and that every child ends when it should.
#include "orchestrator/host/process_runner.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

using namespace wheelforge;
using namespace wheelforge::host;
using namespace std::chrono_literals;

namespace {

Command shell(const std::string& script) {
  Command command;
  command.argv = {"sh", "-c", script};
  return command;
}

ProcessResult run(const Command& command, const OutputSink& sink = {}, std::stop_token stop = {}) {
  const auto runner = make_process_runner();
  auto result = runner->run(command, sink, std::move(stop));
  REQUIRE(result);
  return *std::move(result);
}

std::size_t open_descriptors() {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    count += entry.path().empty() ? 0 : 1;
  }
  return count;
}

} // namespace

TEST_CASE("a result holds both streams and the exit code") {
  const ProcessResult result = run(shell("echo one; echo two >&2; exit 7"));
  CHECK(result.exit_code == 7);
  CHECK(result.out == "one\n");
  CHECK(result.err == "two\n");
  CHECK_FALSE(result.ok());
  CHECK_FALSE(result.signal);
}

TEST_CASE("a signal that ended the child counts as 128 and its number") {
  const ProcessResult result = run(shell("kill -SEGV $$"));
  CHECK(result.signal == SIGSEGV);
  CHECK(result.exit_code == 128 + SIGSEGV);
  CHECK_FALSE(result.timed_out);
}

TEST_CASE("a program that does not exist is not_found") {
  const auto runner = make_process_runner();
  Command command;
  command.argv = {GENERATE("no-such-program-4711", "/no/such/program")};
  const auto result = runner->run(command);
  REQUIRE_FALSE(result);
  CHECK(result.error().kind == ErrorKind::not_found);
  CHECK(result.error().message.find(command.argv[0]) != std::string::npos);
}

TEST_CASE("what may not be executed, an empty command and a missing folder are usage errors") {
  const auto runner = make_process_runner();
  Command command;
  SECTION("a data file") { command.argv = {"/etc/passwd"}; }
  SECTION("nothing at all") {}
  SECTION("a missing folder") {
    command.argv = {"true"};
    command.folder = "/no/such/folder";
  }
  const auto result = runner->run(command);
  REQUIRE_FALSE(result);
  CHECK(result.error().kind == ErrorKind::usage);
  CHECK(::waitpid(-1, nullptr, WNOHANG) == -1); // no child is left, not even a dead one
}

TEST_CASE("the sink gets every byte, binary ones too") {
  std::string out;
  std::string err;
  Command command = shell("head -c 3000000 /dev/zero; printf '\\377\\000x' >&2");
  command.capture_bytes = 10;
  const ProcessResult result =
      run(command, [&](Stream stream, std::string_view bytes) { (stream == Stream::out ? out : err) += bytes; });
  CHECK((out == std::string(3'000'000, '\0')));
  CHECK(err == std::string("\377\0x", 3));
  CHECK(result.out == std::string(10, '\0'));
  CHECK(result.out_truncated);
}

TEST_CASE("stdin comes from nowhere, a text, a file or a producer") {
  Command command;
  command.argv = {"cat"};
  SECTION("nowhere") { CHECK(run(command).out.empty()); }
  SECTION("a text longer than a pipe holds") {
    const std::string text(5'000'000, 'x');
    command.input = TextInput{text};
    command.capture_bytes = text.size();
    CHECK((run(command).out == text)); // not expanded: Catch takes minutes to wrap such a line
  }
  SECTION("a file") {
    command.input = FileInput{WF_SOURCE_DIR "/CMakePresets.json"};
    CHECK(run(command).out.find("configurePresets") != std::string::npos);
  }
  SECTION("a producer") {
    int left = 3;
    command.input = ProducedInput{[&left](std::span<char> buffer) -> Result<std::size_t> {
      if (left-- == 0) {
        return std::size_t{0};
      }
      std::memcpy(buffer.data(), "abc", 3);
      return std::size_t{3};
    }};
    CHECK(run(command).out == "abcabcabc");
  }
}

TEST_CASE("a child that stops reading its stdin is no error") {
  Command command = shell("exec 0<&-; exit 3");
  command.input = TextInput{std::string(10'000'000, 'x')};
  CHECK(run(command).exit_code == 3);
}

TEST_CASE("a producer's failure ends the child and is the result") {
  Command command;
  command.argv = {"cat"};
  command.input = ProducedInput{[](std::span<char>) -> Result<std::size_t> { return fail("the file shrank"); }};
  const auto runner = make_process_runner();
  const auto result = runner->run(command);
  REQUIRE_FALSE(result);
  CHECK(result.error().message == "the file shrank");
}

TEST_CASE("variables are added, taken away, or the only ones") {
  Command command = shell("echo \"$WF_ADDED-$HOME-$WF_GONE\"");
  ::setenv("WF_GONE", "still-here", 1);
  command.environment = {{"WF_ADDED", "a=b c"}};
  command.unset = {"WF_GONE", "HOME"};
  CHECK(run(command).out == "a=b c--\n");
  command.argv = {"/usr/bin/env"};
  command.clear_environment = true;
  CHECK(run(command).out == "WF_ADDED=a=b c\n");
}

TEST_CASE("the child runs in the folder, in a process group of its own, with no signal blocked or ignored") {
  Command command;
  command.argv = {"grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"};
  ::signal(SIGPIPE, SIG_IGN);
  CHECK(run(command).out == "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
  ::signal(SIGPIPE, SIG_DFL);
  command = shell("pwd; cut -d' ' -f5 /proc/$$/stat; echo $$");
  command.folder = "/usr";
  const std::string out = run(command).out;
  const auto lines = [&out](std::size_t number) {
    std::size_t begin = 0;
    for (; number > 0; --number) {
      begin = out.find('\n', begin) + 1;
    }
    return out.substr(begin, out.find('\n', begin) - begin);
  };
  CHECK(lines(0) == "/usr");
  CHECK(lines(1) == lines(2));
}

TEST_CASE("a time limit ends the whole group and the result says so") {
  Command command = shell("sleep 100 & echo $!; wait");
  command.timeout = 100ms;
  const ProcessResult result = run(command);
  CHECK(result.timed_out);
  CHECK_FALSE(result.cancelled);
  CHECK(result.signal == SIGTERM);
  CHECK(result.duration < 5s);
  const pid_t grandchild = std::stoi(result.out);
  CHECK_FALSE(std::filesystem::exists("/proc/" + std::to_string(grandchild) + "/exe"));
}

TEST_CASE("a child that ignores SIGTERM is killed after the grace") {
  Command command = shell("trap '' TERM; echo ready; while :; do sleep 0.05; done");
  command.grace = 50ms;
  std::stop_source source;
  const ProcessResult result = run(
      command, [&source](Stream, std::string_view) { source.request_stop(); }, source.get_token());
  CHECK(result.cancelled);
  CHECK(result.signal == SIGKILL);
}

TEST_CASE("a stop that was requested before starts nothing") {
  std::stop_source source;
  source.request_stop();
  Command command;
  command.argv = {"/no/such/program"};
  CHECK(run(command, {}, source.get_token()).cancelled);
}

TEST_CASE("output that a left-behind grandchild holds open does not hold the run up") {
  const ProcessResult result = run(shell("sleep 30 & echo $!"));
  CHECK(result.exit_code == 0);
  CHECK(result.duration < 10s);
  ::kill(std::stoi(result.out), SIGKILL);
}

TEST_CASE("a short run beside a long sibling is not held up by it") {
  std::stop_source source;
  std::jthread sibling([&] { run(shell("sleep 30"), {}, source.get_token()); });
  for (int i = 0; i < 20; ++i) {
    CHECK(run(shell("echo x")).duration < 5s);
  }
  source.request_stop();
}

TEST_CASE("runs on several threads at once keep their outputs apart and leave no descriptor open") {
  run(shell("true"));
  const std::size_t before = open_descriptors();
  {
    std::vector<std::jthread> threads;
    std::atomic<int> wrong{0};
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([t, &wrong] {
        for (int i = 0; i < 25; ++i) {
          const auto runner = make_process_runner();
          const std::string text = std::to_string(t * 1000 + i);
          Command command;
          command.argv = {"cat"};
          command.input = TextInput{text};
          const auto result = runner->run(command);
          wrong += result && result->out == text ? 0 : 1;
        }
      });
    }
    threads.clear();
    CHECK(wrong == 0);
  }
  CHECK(open_descriptors() == before);
}

TEST_CASE("a sink that throws becomes an error and the child does not survive") {
  const auto runner = make_process_runner();
  const auto result =
      runner->run(shell("echo x; sleep 100"), [](Stream, std::string_view) { throw std::runtime_error("no more"); });
  REQUIRE_FALSE(result);
  CHECK(result.error().kind == ErrorKind::internal);
  CHECK(result.error().message.find("no more") != std::string::npos);
}

TEST_CASE("an interactive run has our own streams and process group") {
  Command command = shell("test \"$(readlink /proc/$$/fd/0)\" = \"$(readlink /proc/$PPID/fd/0)\" && "
                          "test \"$(cut -d' ' -f5 /proc/$$/stat)\" = \"$(cut -d' ' -f5 /proc/$PPID/stat)\" && exit 42");
  const auto runner = make_process_runner();
  const auto result = runner->run_interactive(command);
  REQUIRE(result);
  CHECK(result->exit_code == 42);
}
