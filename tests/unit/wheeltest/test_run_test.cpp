// How the end of a test's commands is read, and how its files get in.
#include "orchestrator/wheeltest/test_run.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/fake_engine.hpp"

using namespace wheelforge;
using Status = wheeltest::TestReport::Status;

namespace {

/// A container in which every command says these words on stderr and ends so.
struct Bench {
  Bench(std::string said, int exit_code) {
    engine.images["image"] = {};
    engine.on_exec = [said = std::move(said), exit_code](auto&, const engine::ExecSpec& command,
                                                         const host::OutputSink& sink, std::stop_token) {
      sink(host::Stream::err,
           std::holds_alternative<host::NoInput>(command.input) ? "" : "files come with the command\n");
      sink(host::Stream::err, said);
      return Result<engine::ExecResult>(engine::ExecResult{engine::ExecEnd::exited, exit_code, {}, {}, {}});
    };
    spec.python = *matrix::parse_interpreter("cp313");
    spec.wheel = "demo.whl";
    spec.command = {"pytest"};
  }

  wheeltest::TestReport run() {
    engine::ContainerSpec where;
    where.image = "image";
    auto container = engine::Container::start(engine, where, {}).value();
    const host::OutputSink sink = [this](host::Stream, std::string_view bytes) { log += bytes; };
    return wheeltest::run_test(container, spec, false, [](std::span<char>) -> Result<std::size_t> { return 0; }, sink,
                               {})
        .value();
  }

  engine::FakeEngine engine;
  wheeltest::TestSpec spec;
  std::string log;
};

const std::string kSaid = std::string(wheeltest::kInstalled) + "\n";

} // namespace

TEST_CASE("a test passes when its one command does") {
  Bench bench(kSaid, 0);
  const auto report = bench.run();
  CHECK(report.status == Status::passed);
  CHECK(report.is_installed);
}

TEST_CASE("what fails before the wheel is installed is the installation") {
  Bench bench("no such package\n", 1);
  const auto report = bench.run();
  CHECK(report.status == Status::failed);
  CHECK_FALSE(report.is_installed);
  CHECK(report.command == "install demo.whl");
}

TEST_CASE("what fails afterwards is the test command, whatever its exit code") {
  Bench bench(kSaid + "1 failed\n", wheeltest::kNoPython);
  const auto report = bench.run();
  CHECK(report.status == Status::failed);
  CHECK(report.is_installed);
  CHECK(report.command == "pytest");
  CHECK(report.result.exit_code == wheeltest::kNoPython);
}

TEST_CASE("an image without the Python is no failure") {
  Bench bench("no cp313 here\n", wheeltest::kNoPython);
  CHECK(bench.run().status == Status::no_python);
}

TEST_CASE("without a test command a wheel that is installed has passed") {
  Bench bench("", 0);
  bench.spec.command.clear();
  const auto report = bench.run();
  CHECK(report.status == Status::passed);
  CHECK(report.is_installed);
}

TEST_CASE("the files come with the first command where there is tar, and by a copy where there may be none") {
  Bench bench(kSaid, 0);
  const bool has_tar = GENERATE(true, false);
  bench.spec.has_tar = has_tar;
  (void)bench.run();
  CHECK((bench.log.find("files come with the command") != std::string::npos) == has_tar);
}
