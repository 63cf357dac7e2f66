// What went wrong with an engine, told from its own words.
#pragma once

#include "orchestrator/base/error.hpp"

#include <string_view>

namespace wheelforge::engine {

/// The ways in which docker and podman fail that a user, or a retry, can do something about.
enum class Fault {
  other,
  engine_lost,          ///< the daemon is gone, or hung up in the middle of a call
  permission_denied,    ///< we may not talk to the daemon
  container_gone,       ///< removed by someone else
  container_stopped,    ///< its first process ended
  name_taken,           ///< a container of that name exists
  image_missing,        ///< the engine has no such image
  platform_mismatch,    ///< it has the image, but for another architecture
  image_unknown,        ///< the registry has no such image or digest
  registry_denied,      ///< the registry wants a login
  registry_rate_limit,  ///< the registry answers "too many requests"
  registry_unreachable, ///< no name, no connection, a time-out, a 5xx answer
  registry_certificate, ///< the registry's certificate is not trusted
  disk_full,
  exec_format,    ///< programs of another architecture, and no emulator
  limits_refused, ///< podman may not raise resource limits on this machine
  network_fixed,  ///< this container's network cannot be taken away (rootless podman)
  volume_missing,
  no_such_path, ///< a path to copy out does not exist
};

/// The fault that an engine's error text tells of; `other` when it tells of none known.
[[nodiscard]] Fault classify(std::string_view text);

/// Whether the same call may succeed later.
[[nodiscard]] bool is_temporary(Fault fault);

/// An Error for a failed engine call: `what` was tried ("pulling x"), the engine's own words in one line, the kind and
/// the hint that the fault has.
[[nodiscard]] Error fault_error(Fault fault, std::string_view what, std::string_view engine_words);

/// What the output of a failed command in a container tells of the infrastructure around it: disk_full, exec_format, or
/// `other` when the fault is the command's own.
[[nodiscard]] Fault classify_command_output(std::string_view output);

/// The hint for a fault; empty for `other`.
[[nodiscard]] std::string_view hint_for(Fault fault);

} // namespace wheelforge::engine
