// A place where pip runs: which pip, on which Python, C library and machine.
#pragma once

#include "orchestrator/base/error.hpp"
#include "orchestrator/platform/distribution.hpp"
#include "orchestrator/resolve/manylinux_module.hpp"
#include "orchestrator/resolve/pip_rules.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace wheelforge::resolve {

/// A CPython interpreter, as far as pip looks at it.
struct Interpreter {
  int major = 3;
  int minor = 0;
  std::optional<int> micro; ///< absent: the latest micro version that is known
  bool free_threaded = false;
  bool debug = false;

  bool operator==(const Interpreter&) const = default;
};

/// "3.12", "3.12.4", "3.13t" (free-threaded), "3.12d" (debug), "3.13td". Fails (kind usage) on anything else.
[[nodiscard]] Result<Interpreter> parse_interpreter(std::string_view text);

/// "3.13t"; the micro version only where it is given.
[[nodiscard]] std::string to_string(const Interpreter& interpreter);

/// The version for Requires-Python: with the latest known micro version where none is given.
[[nodiscard]] Version full_version(const Interpreter& interpreter);

/// How wide the interpreter's own machine code is, whatever the kernel says.
enum class Bits : std::uint8_t { b32 = 32, b64 = 64 };

/// Which float calling convention a 32-bit Arm interpreter uses.
enum class ArmFloat : std::uint8_t { hard, soft };

/// A machine and its C library, as an interpreter on it sees them.
struct Machine {
  std::string name = "x86_64"; ///< `uname -m`
  Bits bits = Bits::b64;
  ArmFloat arm_float = ArmFloat::hard;
  platform::Libc libc = platform::Libc::glibc;
  std::string libc_version;                 ///< as the C library says it: "2.31", "2.20-2014.11"; musl: "1.2"
  std::optional<ManylinuxModule> manylinux; ///< what `import _manylinux` finds
};

/// Everything that decides which wheel is taken.
struct InstallTarget {
  Pip pip;
  Interpreter python;
  Machine machine;
};

/// The word size of an interpreter on this machine where nothing else is said: 32 for i686, 64 otherwise.
[[nodiscard]] Bits default_bits(std::string_view machine);

/// The machine of a distribution on one architecture: 32-bit where the architecture is. Fails (kind usage) where the
/// distribution is not known to exist on it, and where no source says its C library's version.
[[nodiscard]] Result<Machine> machine_of(const platform::Distribution& distribution, std::string_view arch);

} // namespace wheelforge::resolve
