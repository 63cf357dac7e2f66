// What this machine is.
#pragma once

#include <string>

namespace wheelforge::host {

/// The architecture as `uname -m` says it: "x86_64", "aarch64", "armv8l".
[[nodiscard]] std::string machine_architecture();

} // namespace wheelforge::host
