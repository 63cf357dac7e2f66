// What this machine is.
#pragma once

#include <cstdint>
#include <string>

namespace wheelforge::host {

/// The architecture as `uname -m` says it: "x86_64", "aarch64", "armv8l".
[[nodiscard]] std::string machine_architecture();

/// Its physical memory; 0 where it does not say.
[[nodiscard]] std::uint64_t machine_memory_bytes();

} // namespace wheelforge::host
