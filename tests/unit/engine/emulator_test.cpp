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
