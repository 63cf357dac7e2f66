// Memory, processes and privileges, limited by a real engine.
#include "tests/container/engine/bench.hpp"

namespace wheelforge::engine {

TEST_CASE("want of memory is told from other failures, by the kernel's own count") {
  ContainerSpec spec = spec_for("memory");
  spec.limits.memory_bytes = 64U << 20U;
  Container container = start(spec);
  ExecSpec hog;
  hog.argv = {"dd", "if=/dev/zero", "of=/dev/null", "bs=500M", "count=1"};
  CHECK(run(container, "exit 137").end == ExecEnd::exited); // what a killed child leaves, without any kill
  const auto hogged = container.exec(hog, {}, {});
  REQUIRE(hogged);
  CHECK(hogged->end == ExecEnd::out_of_memory);
  CHECK(run(container, "false").end == ExecEnd::exited); // the next failure is its own
  CHECK(run(container, "true").ok());                    // and the container lives

  const auto use = container.memory_use();
  REQUIRE(use);
  CHECK(use->limit_bytes == 64U << 20U);
  CHECK(use->kills.value_or(0) >= 1);
  CHECK(use->peak_bytes.value_or(0) > 32U << 20U);
  CHECK(use->peak_bytes.value_or(0) <= 64U << 20U);
}

TEST_CASE("a kill for memory deep inside a command that goes on is not held against the next") {
  ContainerSpec spec = spec_for("memory");
  spec.limits.memory_bytes = 64U << 20U;
  Container container = start(spec);
  CHECK(run(container, "dd if=/dev/zero of=/dev/null bs=500M count=1; exit 0").ok());
  CHECK(run(container, "exit 3").end == ExecEnd::exited);
}

TEST_CASE("a container has no more processes, processors and shared memory than it was given") {
  ContainerSpec spec = spec_for("limits");
  spec.limits = {std::nullopt, 0.5, 20, 8U << 20U};
  Container container = start(spec);
  CHECK(run(container, "df -k /dev/shm | awk 'END {print $2}'").out == "8192\n");
  CHECK(run(container, "for i in $(seq 40); do sleep 5 & done; wait").exit_code != 0);
}

TEST_CASE("privileges cannot be gained, and a temporary file system runs programs") {
  ContainerSpec spec = spec_for("privileges");
  spec.mounts = {{Mount::Kind::tmpfs, "", "/scratch", Mount::Access::read_write, 4U << 20U}};
  Container container = start(spec);
  CHECK(run(container, "grep NoNewPrivs /proc/self/status").out == "NoNewPrivs:\t1\n");
  CHECK(run(container, "cp /bin/busybox /scratch/echo && /scratch/echo ran").out == "ran\n");
  CHECK(run(container, "head -c 8000000 /dev/zero > /scratch/big").exit_code != 0);
}

} // namespace wheelforge::engine
