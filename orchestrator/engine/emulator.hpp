// The emulators that this machine has for programs of other architectures (Linux' binfmt_misc), and what is wrong with
// them.
#pragma once

#include "orchestrator/host/file_system.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::engine {

/// Where the kernel keeps its register of emulators.
inline constexpr std::string_view kEmulatorRegistry = "/proc/sys/fs/binfmt_misc";

/// One registered emulator.
struct Emulator {
  std::string architecture; ///< as the kernel names it: "aarch64"
  std::string interpreter;  ///< "/usr/bin/qemu-aarch64-static"
  bool enabled = false;
  /// The kernel opened the interpreter when it was registered (flag F): without it containers do not find it.
  bool works_in_containers = false;

  bool operator==(const Emulator&) const = default;
};

/// How the kernel tells an architecture's programs.
struct BinaryFormat {
  std::string architecture; ///< "armv7l"
  std::string qemu_name;    ///< "arm"
  std::string magic;        ///< hexadecimal digits
  std::string mask;
};

/// Why programs of an architecture cannot be run in containers, or not reliably.
enum class EmulatorTrouble {
  none,
  not_mounted,         ///< binfmt_misc is not there
  not_registered,      ///< no emulator for the architecture
  disabled,            ///< registered and switched off
  not_in_containers,   ///< without the flag F
  interpreter_missing, ///< its file is gone, so that it cannot be registered again
  old_version,         ///< one with known crashes
};

/// What is known of the emulator of one architecture.
struct EmulatorState {
  std::string architecture;
  bool is_mounted = false;
  std::optional<Emulator> emulator;
  bool interpreter_exists = false;
  std::string version; ///< "7.2.22"; empty where it is not known
  std::string kernel;  ///< "6.18.44"

  bool operator==(const EmulatorState&) const = default;
};

/// The judgement: what is wrong, in a sentence, with the command that mends it.
struct EmulatorVerdict {
  EmulatorTrouble trouble = EmulatorTrouble::none;
  std::string message;
  std::string hint;

  /// Programs of the architecture run in containers, if not always to their end.
  [[nodiscard]] bool is_usable() const {
    return trouble == EmulatorTrouble::none || trouble == EmulatorTrouble::old_version;
  }
};

/// An emulator by the text of its file in binfmt_misc and the file's name ("qemu-aarch64", "qemu-aarch64-static");
/// nothing for what is no emulator of a processor. Source: Linux' Documentation/admin-guide/binfmt-misc.rst.
[[nodiscard]] std::optional<Emulator> parse_emulator(std::string_view name, std::string_view text);

/// All that are registered, by architecture; none where binfmt_misc is not mounted.
[[nodiscard]] std::vector<Emulator> list_emulators(const host::FileSystem& files);

/// The version in what an emulator says to --version; empty where there is none.
[[nodiscard]] std::string parse_emulator_version(std::string_view output);

/// Judges. Pure.
[[nodiscard]] EmulatorVerdict judge(const EmulatorState& state);

/// How programs of an architecture are told; nothing for one that QEMU does not run.
[[nodiscard]] std::optional<BinaryFormat> binary_format(std::string_view architecture);

/// The line that registers the interpreter, to be written into kEmulatorRegistry/register; with flag F, and with P (the
/// program's own name is kept) where `keeps_names`.
[[nodiscard]] std::string registration(const BinaryFormat& format, std::string_view interpreter, bool keeps_names);

/// What the emulator said in a program's output as it crashed ("qemu: uncaught target signal 11 (Segmentation fault) -
/// core dumped"); nothing where none did.
[[nodiscard]] std::optional<std::string> find_emulator_crash(std::string_view output);

} // namespace wheelforge::engine
