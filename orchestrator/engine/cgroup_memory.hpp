// Memory figures of a container out of its control group's files.
#pragma once

#include "orchestrator/engine/container_engine.hpp"
#include "orchestrator/host/file_system.hpp"

namespace wheelforge::engine {

/// The folder of a control group's memory files on this machine.
struct MemoryGroup {
  std::filesystem::path folder;
  int version = 2; ///< of the cgroup hierarchy: 1 or 2

  bool operator==(const MemoryGroup&) const = default;
};

/// The group of a process, from the text of /proc/PID/cgroup and /proc/self/mountinfo; nothing where the memory
/// controller is not mounted here. Source: cgroups(7).
[[nodiscard]] std::optional<MemoryGroup> find_memory_group(std::string_view process_cgroup, std::string_view mountinfo);

/// The usual places for a container's id, tried without a process; nothing when none of them exists.
[[nodiscard]] std::optional<MemoryGroup> guess_memory_group(const host::FileSystem& files, const std::string& id);

/// The figures in a group's files; what is not there stays unset.
[[nodiscard]] MemoryUse read_memory_use(const host::FileSystem& files, const MemoryGroup& group);

/// The same from the text that kMemoryScript prints inside a container, for engines on another machine.
[[nodiscard]] MemoryUse parse_memory_script(std::string_view output);

/// A shell script that prints the figures of the container it runs in.
[[nodiscard]] std::string_view memory_script();

} // namespace wheelforge::engine
