// Memory figures from control groups of both versions.
#include "orchestrator/engine/cgroup_memory.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/memory_file_system.hpp"

using namespace wheelforge::engine;
using wheelforge::host::MemoryFileSystem;

namespace {
constexpr const char* kMountsV1 = "32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu\n"
                                  "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime shared:5 - cgroup cgroup rw,memory\n"
                                  "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n";
constexpr const char* kMountsV2 = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";
} // namespace

TEST_CASE("the group is found on a machine with version 1, beside an empty version 2") {
  CHECK(find_memory_group("9:name=systemd:/docker/94\n4:memory:/docker/94\n1:cpu:/x\n0::/docker/94\n", kMountsV1) ==
        MemoryGroup{"/sys/fs/cgroup/memory/docker/94", 1});
}

TEST_CASE("the group is found on a machine with version 2") {
  CHECK(find_memory_group("0::/system.slice/docker-94.scope\n", kMountsV2) ==
        MemoryGroup{"/sys/fs/cgroup/system.slice/docker-94.scope", 2});
}

TEST_CASE("a mount that shows only a part of the hierarchy is taken into account") {
  const char* mounts = "30 23 0:26 /outer /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n";
  CHECK(find_memory_group("0::/outer/inner\n", mounts) == MemoryGroup{"/sys/fs/cgroup/inner", 2});
  CHECK_FALSE(find_memory_group("0::/elsewhere\n", mounts));
}

TEST_CASE("no memory controller, no group") {
  CHECK_FALSE(find_memory_group("", ""));
  CHECK_FALSE(find_memory_group("garbage\n1:cpu:/x\n", "garbage - x\n"));
}

TEST_CASE("the usual places are tried for a container's id") {
  MemoryFileSystem files;
  files.files = {{"/sys/fs/cgroup/machine.slice/libpod-94.scope/memory.events", ""}};
  CHECK(guess_memory_group(files, "94") == MemoryGroup{"/sys/fs/cgroup/machine.slice/libpod-94.scope", 2});
  CHECK_FALSE(guess_memory_group(files, "95"));
}

TEST_CASE("both versions' files give the same figures") {
  MemoryFileSystem files;
  files.files = {
      {"/v1/memory.max_usage_in_bytes", "1000\n"},
      {"/v1/memory.limit_in_bytes", "9223372036854771712\n"},
      {"/v1/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n"},
      {"/v2/memory.peak", "1000\n"},
      {"/v2/memory.max", "max\n"},
      {"/v2/memory.events", "low 0\noom 3\noom_kill 2\noom_group_kill 0\n"},
      {"/limited/memory.max", "4096\n"},
  };
  for (const auto& group : {MemoryGroup{"/v1", 1}, MemoryGroup{"/v2", 2}}) {
    const MemoryUse use = read_memory_use(files, group);
    CHECK(use.peak_bytes == 1000U);
    CHECK_FALSE(use.limit_bytes);
    CHECK(use.kills == 2U);
  }
  const MemoryUse limited = read_memory_use(files, {"/limited", 2});
  CHECK(limited.limit_bytes == 4096U);
  CHECK_FALSE(limited.peak_bytes);
  CHECK_FALSE(limited.kills);
}

TEST_CASE("the script's answer gives the figures, and an empty answer none") {
  const MemoryUse use = parse_memory_script("peak 1000\nlimit max\noom_kill 1\n");
  CHECK(use.peak_bytes == 1000U);
  CHECK_FALSE(use.limit_bytes);
  CHECK(use.kills == 1U);
  CHECK_FALSE(parse_memory_script("").kills);
}
