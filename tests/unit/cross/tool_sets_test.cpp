// Tool sets are made once, and what they come to in a container is told.
#include "orchestrator/cross/tool_sets.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/fake_engine.hpp"
#include "tests/support/fake_process_runner.hpp"
#include "tests/support/memory_file_system.hpp"

using namespace wheelforge;
using namespace wheelforge::cross;

namespace {

/// A container whose every command ends so.
struct Asked {
  engine::FakeEngine engine;
  engine::Container container;

  Asked(int exit_code, std::string out, std::string err) : container(start(engine)) {
    engine.on_exec = [=](auto&, const auto&, const auto&, auto) {
      return engine::ExecResult{engine::ExecEnd::exited, exit_code, out, err};
    };
  }
  static engine::Container start(engine::FakeEngine& engine) {
    engine.images["image"].id = "sha256:1";
    engine::ContainerSpec spec;
    spec.image = "image";
    return *engine::Container::start(engine, spec, {});
  }
};

} // namespace

TEST_CASE("a tool set is made once for all cells, and found by the line that the recipe prints") {
  host::MemoryFileSystem files;
  host::FakeProcessRunner runner;
  runner.on({"bash", "bookworm", "s390x"}, {.out = "/cache/cross/bookworm-s390x\n"});
  ToolSets sets(files, runner);
  CHECK(*sets.ensure("bookworm", tags::Architecture::s390x, {}, {}) == "/cache/cross/bookworm-s390x");
  CHECK(*sets.ensure("bookworm", tags::Architecture::s390x, {}, {}) == "/cache/cross/bookworm-s390x");
  CHECK(runner.records().size() == 1);
}

TEST_CASE("a tool set that cannot be made is tried once a run, and the last line says why") {
  host::MemoryFileSystem files;
  host::FakeProcessRunner runner;
  runner.on({"bash"}, {.exit_code = 1, .err = "cross: unpacking\ncross: mmdebstrap is missing\n"});
  ToolSets sets(files, runner);
  for (int i = 0; i < 2; ++i) {
    const auto made = sets.ensure("trixie", tags::Architecture::aarch64, {}, {});
    REQUIRE_FALSE(made);
    CHECK(made.error().message == "the cross tool set of trixie for aarch64 cannot be made: mmdebstrap is missing");
  }
  CHECK(runner.records().size() == 1);
}

TEST_CASE("what was replaced is counted") {
  Asked asked(0, "gcc /usr/bin/gcc\nld /usr/bin/ld\n", "");
  const auto entered = enter(asked.container, {});
  REQUIRE(entered);
  CHECK(entered->is_native);
  CHECK(entered->message.find("2 programs") == 0);
}

TEST_CASE("an image whose gcc is another is no error, a container that takes nothing is one") {
  Asked unfit(3, "", "cross: the image has gcc 13, the cross tool set gcc 12\n");
  const auto entered = enter(unfit.container, {});
  REQUIRE(entered);
  CHECK_FALSE(entered->is_native);
  CHECK(entered->message == "the image has gcc 13, the cross tool set gcc 12");

  Asked broken(126, "", "exec format error\n");
  const auto failed = enter(broken.container, {});
  REQUIRE_FALSE(failed);
  CHECK(failed.error().message.find("exec format error") != std::string::npos);
}

TEST_CASE("the release is found by the image's gcc") {
  Asked bookworm(0, "12\n", "");
  CHECK(*release_of(bookworm.container, {}) == "bookworm");
  Asked trixie(0, "14.2.1\n", "");
  CHECK(*release_of(trixie.container, {}) == "trixie");
  Asked another(0, "13.3.0\n", "");
  CHECK(release_of(another.container, {}).error().message ==
        "the image has gcc 13.3.0, there are cross compilers of gcc 10, 12 and 14");
  Asked none(127, "", "");
  CHECK(release_of(none.container, {}).error().message == "the image has no gcc");
}
