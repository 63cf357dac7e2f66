// The emulators that this machine has for programs of other architectures (Linux' binfmt_misc).
#pragma once

#include "orchestrator/host/file_system.hpp"

#include <optional>
#include <string>
#include <vector>

namespace wheelforge::engine {

/// One registered emulator.
struct Emulator {
  std::string architecture; ///< as the kernel names it: "aarch64"
  std::string interpreter;  ///< "/usr/bin/qemu-aarch64-static"
  bool enabled = false;
  /// The kernel opened the interpreter when it was registered (flag F): without it containers do not find it.
  bool works_in_containers = false;

  bool operator==(const Emulator&) const = default;
};

/// An emulator by the text of its file in binfmt_misc and the file's name ("qemu-aarch64"); nothing for what is no
/// emulator of a processor. Source: Linux' Documentation/admin-guide/binfmt-misc.rst.
[[nodiscard]] std::optional<Emulator> parse_emulator(std::string_view name, std::string_view text);

/// All that are registered, by architecture; none where binfmt_misc is not mounted.
[[nodiscard]] std::vector<Emulator> list_emulators(const host::FileSystem& files);

} // namespace wheelforge::engine
