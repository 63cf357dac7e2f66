// Reads binfmt_misc, and judges what stands there.
#include "orchestrator/engine/emulator.hpp"

#include "orchestrator/engine/inspection.hpp"

#include "embedded/engine/binfmt.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <sstream>

namespace wheelforge::engine {
namespace {

constexpr std::string_view kPrefix = "qemu-";
constexpr std::string_view kStatic = "-static";
/// Before this, QEMU places the heap of position-independent programs where newer kernels put something else: crashes
/// at random, ldconfig's among them (docker/buildx#3170, docker/for-win#15004, tonistiigi/binfmt#215).
constexpr std::string_view kSoundVersion = "8.2";
constexpr std::string_view kStrictKernel = "6.8";
constexpr std::string_view kFix = "wheelforge doctor --fix (as root)";

/// QEMU's name of an architecture as the kernel's uname says it.
std::string kernel_name(std::string_view qemu_name) {
  if (qemu_name == "arm") {
    return "armv7l";
  }
  return qemu_name == "i386" ? "i686" : std::string(qemu_name);
}

/// The next line, without its end.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

std::string escaped(std::string_view digits) {
  std::string text;
  for (std::size_t at = 0; at + 1 < digits.size(); at += 2) {
    text += "\\x";
    text += digits.substr(at, 2);
  }
  return text;
}

} // namespace

std::optional<Emulator> parse_emulator(std::string_view name, std::string_view text) {
  if (!name.starts_with(kPrefix)) {
    return std::nullopt;
  }
  name.remove_prefix(kPrefix.size());
  if (name.ends_with(kStatic)) {
    name.remove_suffix(kStatic.size());
  }
  Emulator emulator;
  emulator.architecture = kernel_name(name);
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (line == "enabled") {
      emulator.enabled = true;
    } else if (line.starts_with("interpreter ")) {
      emulator.interpreter = line.substr(std::string_view("interpreter ").size());
    } else if (line.starts_with("flags:")) {
      emulator.works_in_containers = line.find('F') != std::string_view::npos;
    }
  }
  return emulator;
}

std::vector<Emulator> list_emulators(const host::FileSystem& files) {
  std::vector<Emulator> emulators;
  const auto entries = files.list(kEmulatorRegistry);
  for (const host::FolderEntry& entry : entries.value_or(std::vector<host::FolderEntry>())) {
    const auto text = files.read(host::FileSystem::Path(kEmulatorRegistry) / entry.name);
    if (auto emulator = parse_emulator(entry.name, text.value_or(""))) {
      emulators.push_back(*std::move(emulator));
    }
  }
  std::sort(emulators.begin(), emulators.end(),
            [](const Emulator& a, const Emulator& b) { return a.architecture < b.architecture; });
  return emulators;
}

std::string parse_emulator_version(std::string_view output) {
  constexpr std::string_view kWord = " version ";
  const std::size_t at = output.find(kWord);
  if (!output.starts_with(kPrefix) || at == std::string_view::npos) {
    return {};
  }
  output.remove_prefix(at + kWord.size());
  return std::string(output.substr(0, output.find_first_not_of("0123456789.")));
}

EmulatorVerdict judge(const EmulatorState& state) {
  const std::string& arch = state.architecture;
  if (!state.is_mounted) {
    return {EmulatorTrouble::not_mounted,
            fmt::format("programs of {} cannot be run here: binfmt_misc is not mounted", arch),
            fmt::format("mount -t binfmt_misc binfmt_misc {}, or {}", kEmulatorRegistry, kFix)};
  }
  if (!state.emulator) {
    return {EmulatorTrouble::not_registered,
            fmt::format("programs of {} cannot be run here: no emulator is registered", arch),
            fmt::format("apt-get install qemu-user-static, then {}; or give {} a machine of its own in [engine.hosts]",
                        kFix, arch)};
  }
  const Emulator& emulator = *state.emulator;
  if (!emulator.enabled) {
    return {EmulatorTrouble::disabled, fmt::format("the emulator for {} is registered, but switched off", arch),
            fmt::format("echo 1 > {}/status, or {}", kEmulatorRegistry, kFix)};
  }
  if (!emulator.works_in_containers) {
    return {EmulatorTrouble::not_in_containers,
            fmt::format("the emulator for {} is registered without the flag F: containers do not find it", arch),
            fmt::format("{}: registers {} anew", kFix, emulator.interpreter)};
  }
  const bool is_old = !state.version.empty() && !is_at_least(state.version, kSoundVersion);
  if (is_old && (state.kernel.empty() || is_at_least(state.kernel, kStrictKernel))) {
    return {EmulatorTrouble::old_version,
            fmt::format("the emulator for {} is QEMU {}, which crashes now and then on kernels as new as {}", arch,
                        state.version, state.kernel.empty() ? "this" : state.kernel),
            fmt::format("install a qemu-user-static of {} or later (Debian 13's, or backports); a crash is tried again "
                        "once",
                        kSoundVersion)};
  }
  if (!state.interpreter_exists) {
    // The kernel holds the file open: it works until the next boot.
    return {EmulatorTrouble::none,
            fmt::format("for {}: {} (its file is not on this machine: registered until the next boot)", arch,
                        emulator.interpreter),
            {}};
  }
  return {
      EmulatorTrouble::none,
      fmt::format("for {}: {}{}", arch, emulator.interpreter, state.version.empty() ? "" : ", QEMU " + state.version),
      {}};
}

std::optional<BinaryFormat> binary_format(std::string_view architecture) {
  std::string_view text = embedded::binfmt();
  while (!text.empty()) {
    std::istringstream words{std::string(take_line(text))};
    BinaryFormat format;
    if (words >> format.architecture >> format.qemu_name >> format.magic >> format.mask &&
        format.architecture == architecture) {
      return format;
    }
  }
  return std::nullopt;
}

std::string registration(const BinaryFormat& format, std::string_view interpreter, bool keeps_names) {
  return fmt::format(":{}{}:M::{}:{}:{}:{}", kPrefix, format.qemu_name, escaped(format.magic), escaped(format.mask),
                     interpreter, keeps_names ? "PF" : "F");
}

std::optional<std::string> find_emulator_crash(std::string_view output) {
  // What QEMU says of itself as it goes: linux-user/signal.c, accel/tcg and the host's own assertions.
  constexpr std::array<std::string_view, 6> kSigns = {"uncaught target signal", "unhandled CPU exception",
                                                      "tcg fatal error",        "qemu internal",
                                                      "Assertion failed",       "Segmentation fault in qemu"};
  while (!output.empty()) {
    std::string_view line = take_line(output);
    const std::size_t at = line.find("qemu");
    if (at == std::string_view::npos) {
      continue;
    }
    const bool is_own = line.substr(at).starts_with("qemu:") || line.substr(at).starts_with(kPrefix);
    const bool is_crash = std::any_of(kSigns.begin(), kSigns.end(), [line](std::string_view sign) {
      return line.find(sign) != std::string_view::npos;
    });
    if (is_own && is_crash) {
      return std::string(line.substr(at));
    }
  }
  return std::nullopt;
}

} // namespace wheelforge::engine
