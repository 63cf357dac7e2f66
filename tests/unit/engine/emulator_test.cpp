// Emulators as binfmt_misc tells of them.
#include "orchestrator/engine/emulator.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/memory_file_system.hpp"

using namespace wheelforge::engine;

TEST_CASE("registered emulators are listed by architecture, with whether containers can use them") {
  wheelforge::host::MemoryFileSystem files;
  files.files = {
      {"/proc/sys/fs/binfmt_misc/status", "enabled\n"},
      {"/proc/sys/fs/binfmt_misc/register", ""},
      {"/proc/sys/fs/binfmt_misc/python3.11", "enabled\ninterpreter /usr/bin/python3\nflags: \n"},
      {"/proc/sys/fs/binfmt_misc/qemu-arm",
       "disabled\ninterpreter /usr/bin/qemu-arm-static\nflags: POCF\noffset 0\nmagic 7f45\n"},
      {"/proc/sys/fs/binfmt_misc/qemu-aarch64",
       "enabled\ninterpreter /usr/bin/qemu-aarch64-static\nflags: P\noffset 0\nmagic 7f45\n"},
  };
  CHECK(list_emulators(files) == std::vector<Emulator>{{"aarch64", "/usr/bin/qemu-aarch64-static", true, false},
                                                       {"armv7l", "/usr/bin/qemu-arm-static", false, true}});
}

TEST_CASE("without binfmt_misc there are none") { CHECK(list_emulators(wheelforge::host::MemoryFileSystem()).empty()); }

namespace {
EmulatorState sound() {
  return {"s390x", true, Emulator{"s390x", "/usr/bin/qemu-s390x-static", true, true}, true, "9.2.0", "6.18.44"};
}
} // namespace

TEST_CASE("an emulator with flag F, its file and a sound version is fine") {
  CHECK(judge(sound()).trouble == EmulatorTrouble::none);
  CHECK(judge(sound()).message == "for s390x: /usr/bin/qemu-s390x-static, QEMU 9.2.0");
}

TEST_CASE("whatever is wrong with an emulator is said with the command that mends it") {
  EmulatorState state = sound();
  state.is_mounted = false;
  CHECK(judge(state).trouble == EmulatorTrouble::not_mounted);
  CHECK(judge(state).hint.find("mount -t binfmt_misc") != std::string::npos);

  state = sound();
  state.emulator.reset();
  CHECK(judge(state).trouble == EmulatorTrouble::not_registered);
  CHECK(judge(state).hint.find("doctor --fix") != std::string::npos);

  state = sound();
  state.emulator->enabled = false;
  CHECK(judge(state).trouble == EmulatorTrouble::disabled);

  state = sound();
  state.emulator->works_in_containers = false;
  CHECK(judge(state).trouble == EmulatorTrouble::not_in_containers);
  CHECK_FALSE(judge(state).is_usable());
}

TEST_CASE("an old QEMU is warned of on a new kernel only, and can be used") {
  EmulatorState state = sound();
  state.version = "7.2.22";
  CHECK(judge(state).trouble == EmulatorTrouble::old_version);
  CHECK(judge(state).is_usable());
  state.kernel = "5.15.0-130-generic";
  CHECK(judge(state).trouble == EmulatorTrouble::none);
  state.kernel = "6.18.44";
  state.version.clear();
  CHECK(judge(state).trouble == EmulatorTrouble::none);
}

TEST_CASE("an emulator whose file is gone works until the next boot") {
  EmulatorState state = sound();
  state.interpreter_exists = false;
  CHECK(judge(state).is_usable());
  CHECK(judge(state).message.find("until the next boot") != std::string::npos);
}

TEST_CASE("an emulator's version is read from what it says") {
  CHECK(parse_emulator_version("qemu-aarch64 version 7.2.22 (Debian 1:7.2+dfsg-7)\nCopyright") == "7.2.22");
  CHECK(parse_emulator_version("qemu-arm version 10.0.2\n") == "10.0.2");
  CHECK(parse_emulator_version("usage: something version 1").empty());
}

TEST_CASE("a registration names magic, mask, interpreter and flags as the kernel wants them") {
  const auto format = binary_format("armv7l");
  REQUIRE(format);
  CHECK(
      registration(*format, "/usr/bin/qemu-arm-static", true) ==
      R"(:qemu-arm:M::\x7f\x45\x4c\x46\x01\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x28\x00:)"
      R"(\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff:/usr/bin/qemu-arm-static:PF)");
  CHECK_FALSE(binary_format("vax"));
}

TEST_CASE("a crash of the emulator is told from one of the program") {
  CHECK(
      find_emulator_crash("compiling\nqemu: uncaught target signal 11 (Segmentation fault) - core dumped\nmake: ***") ==
      "qemu: uncaught target signal 11 (Segmentation fault) - core dumped");
  CHECK(find_emulator_crash("qemu-aarch64: ../accel/tcg/cpu-exec.c:954: cpu_loop_exec_tb: Assertion failed") ==
        "qemu-aarch64: ../accel/tcg/cpu-exec.c:954: cpu_loop_exec_tb: Assertion failed");
  CHECK_FALSE(find_emulator_crash("Segmentation fault (core dumped)\n"));
  CHECK_FALSE(find_emulator_crash("the test of qemu-img says: uncaught exception"));
}

TEST_CASE("an emulator that was registered under its file's name is known too") {
  CHECK(parse_emulator("qemu-ppc64le-static", "enabled\ninterpreter /x\nflags: F\n") ==
        Emulator{"ppc64le", "/x", true, true});
}
