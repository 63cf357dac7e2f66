// Process identities out of /proc.
#include "orchestrator/host/process_identity.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <optional>
#include <string_view>

#include <sys/stat.h>
#include <unistd.h>

namespace wheelforge::host {
namespace {

std::string first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

/// A field of /proc/PID/stat by its number in proc(5), 3 or later: they are counted after the command's name, which may
/// hold spaces and brackets.
std::string_view stat_field(std::string_view line, int number) {
  const std::size_t bracket = line.rfind(')');
  std::string_view rest = bracket == std::string_view::npos ? std::string_view() : line.substr(bracket + 1);
  for (int field = 2; !rest.empty(); ++field) { // the text before the first space after ')' is empty
    const std::size_t space = std::min(rest.find_first_of(" \n"), rest.size());
    if (field == number) {
      return rest.substr(0, space);
    }
    rest.remove_prefix(std::min(space + 1, rest.size()));
  }
  return {};
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end != text.data() ? std::optional(value) : std::nullopt;
}

/// When a process started; nothing for one that is gone or a zombie.
std::optional<std::uint64_t> start_ticks_of(std::int64_t pid) {
  const std::string line = first_line("/proc/" + std::to_string(pid) + "/stat");
  const std::string_view state = stat_field(line, 3);
  return state == "Z" || state == "X" ? std::nullopt : number(stat_field(line, 22));
}

std::string machine_name() {
  for (const char* path : {"/etc/machine-id", "/var/lib/dbus/machine-id"}) {
    if (std::string id = first_line(path); !id.empty() && id != "uninitialized") {
      return id;
    }
  }
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? std::string(name.data()) : std::string("unknown");
}

std::uint64_t own_pid_namespace() {
  struct stat facts {};
  return ::stat("/proc/self/ns/pid", &facts) == 0 ? facts.st_ino : 0;
}

} // namespace

std::optional<std::uint64_t> process_flags(std::string_view stat) { return number(stat_field(stat, 9)); }

Result<ProcessIdentity> current_process() {
  ProcessIdentity identity;
  identity.machine = machine_name();
  identity.boot = first_line("/proc/sys/kernel/random/boot_id");
  identity.pid_namespace = own_pid_namespace();
  identity.pid = ::getpid();
  const auto ticks = start_ticks_of(identity.pid);
  if (identity.boot.empty() || identity.pid_namespace == 0 || !ticks) {
    return fail(ErrorKind::failed, "cannot read /proc/{}/stat or the boot id; is /proc mounted?", identity.pid);
  }
  identity.start_ticks = *ticks;
  return identity;
}

Liveness liveness_of(const ProcessIdentity& process) {
  const Result<ProcessIdentity> self = current_process();
  if (!self) {
    return Liveness::unknown;
  }
  if (process.boot != self->boot) {
    return process.machine == self->machine ? Liveness::rebooted : Liveness::unknown;
  }
  if (process.pid_namespace != self->pid_namespace) {
    return Liveness::unknown;
  }
  return start_ticks_of(process.pid) == process.start_ticks ? Liveness::alive : Liveness::dead;
}

} // namespace wheelforge::host
