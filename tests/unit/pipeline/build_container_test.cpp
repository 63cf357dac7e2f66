// Images of the wrong platform are refused; crashes of an emulator are named, and tried again once.
#include "orchestrator/pipeline/build_container.hpp"

#include "tests/support/catch.hpp"
#include "tests/unit/pipeline/planned_cell.hpp"

using namespace wheelforge;
using namespace wheelforge::pipeline;

namespace {

plan::PlannedCell foreign_cell(plan::Compilers compilers) {
  auto cell = planned_cell("cp311", "manylinux_2_36_s390x");
  cell.cell.arch = tags::Architecture::s390x;
  cell.compilers.compilers = compilers;
  return cell;
}

const std::vector<std::string> kCrash = {"compiling",
                                         "qemu: uncaught target signal 11 (Segmentation fault) - core dumped"};

Error failure() { return Error{"build ended with exit code 1", ErrorKind::failed, {}}; }

} // namespace

TEST_CASE("an image of another platform is refused with both platforms and the cure", "[pipeline]") {
  const auto cell = foreign_cell(plan::Compilers::native);
  ReadyImage image;
  image.name = "example:1";
  image.info.architecture = "amd64";
  const auto refused = check_architecture(image, cell);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message == "the image example:1 is for amd64, the cell needs one for s390x (s390x)");
  CHECK(refused.error().hint.find("--arch s390x") != std::string::npos);
  image.info.architecture = "s390x";
  CHECK(check_architecture(image, cell));
  image.info.architecture.clear(); // an engine that does not say
  CHECK(check_architecture(image, cell));
}

TEST_CASE("a crash of the emulator is temporary once, then the cell's failure, each time with QEMU's words",
          "[pipeline]") {
  EmulatorCrashes crashes;
  const auto cell = foreign_cell(plan::Compilers::native);
  const Error first = name_emulator_crash(crashes, cell, "build", kCrash, failure());
  CHECK(first.kind == ErrorKind::temporary);
  CHECK(first.message.find("the emulator of s390x crashed: qemu: uncaught target signal 11") != std::string::npos);
  const Error second = name_emulator_crash(crashes, cell, "build", kCrash, failure());
  CHECK(second.kind == ErrorKind::failed);
  CHECK(second.message.find("a second time: qemu: uncaught target signal 11") != std::string::npos);
  CHECK(second.hint.find("[engine.hosts]") != std::string::npos);
  CHECK(name_emulator_crash(crashes, cell, "test:same", kCrash, failure()).kind == ErrorKind::temporary);
}

TEST_CASE("a failure without QEMU's words, or at home, stays what it is", "[pipeline]") {
  EmulatorCrashes crashes;
  const auto cell = foreign_cell(plan::Compilers::emulated);
  CHECK(name_emulator_crash(crashes, cell, "build", {"error: no such file"}, failure()).kind == ErrorKind::failed);
  CHECK(name_emulator_crash(crashes, foreign_cell(plan::Compilers::own), "build", kCrash, failure()).kind ==
        ErrorKind::failed);
  Error out_of_disk = failure();
  out_of_disk.kind = ErrorKind::disk_full;
  CHECK(name_emulator_crash(crashes, cell, "build", kCrash, out_of_disk).kind == ErrorKind::disk_full);
}
