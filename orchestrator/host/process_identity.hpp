// Who a process is beyond its pid, so that another run can tell whether it still lives.
#pragma once

#include "orchestrator/base/error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wheelforge::host {

/// A process, told apart from every other that ever had its pid.
struct ProcessIdentity {
  std::string machine; ///< /etc/machine-id, or the host name where there is none
  std::string boot;    ///< /proc/sys/kernel/random/boot_id
  std::uint64_t pid_namespace = 0;
  std::int64_t pid = 0;
  std::uint64_t start_ticks = 0; ///< field 22 of /proc/PID/stat. Source: proc(5)

  bool operator==(const ProcessIdentity&) const = default;
};

/// What can be said of a process from here.
enum class Liveness {
  alive,
  dead,
  rebooted, ///< it ran on this machine before its last start: dead, and so is everything it had running
  unknown,  ///< another machine's, or one of a pid namespace that we do not see into
};

/// This process. Fails only where /proc is not mounted.
[[nodiscard]] Result<ProcessIdentity> current_process();

/// The kernel's flags of a process (PF_EXITING and others) in the text of its /proc/PID/stat; nothing when the text is
/// malformed. Source: proc(5), field 9.
[[nodiscard]] std::optional<std::uint64_t> process_flags(std::string_view stat);

/// Whether that process still runs.
[[nodiscard]] Liveness liveness_of(const ProcessIdentity& process);

} // namespace wheelforge::host
