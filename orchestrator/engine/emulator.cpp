// Reads binfmt_misc.
#include "orchestrator/engine/emulator.hpp"

#include <algorithm>

namespace wheelforge::engine {
namespace {

constexpr std::string_view kRegistry = "/proc/sys/fs/binfmt_misc";
constexpr std::string_view kPrefix = "qemu-";

/// QEMU's name of an architecture as the kernel's uname says it.
std::string kernel_name(std::string_view qemu_name) {
  if (qemu_name == "arm") {
    return "armv7l";
  }
  return qemu_name == "i386" ? "i686" : std::string(qemu_name);
}

} // namespace

std::optional<Emulator> parse_emulator(std::string_view name, std::string_view text) {
  if (name.substr(0, kPrefix.size()) != kPrefix) {
    return std::nullopt;
  }
  Emulator emulator;
  emulator.architecture = kernel_name(name.substr(kPrefix.size()));
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
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
  const auto entries = files.list(kRegistry);
  for (const host::FolderEntry& entry : entries.value_or(std::vector<host::FolderEntry>())) {
    const auto text = files.read(host::FileSystem::Path(kRegistry) / entry.name);
    if (auto emulator = parse_emulator(entry.name, text.value_or(""))) {
      emulators.push_back(*std::move(emulator));
    }
  }
  std::sort(emulators.begin(), emulators.end(),
            [](const Emulator& a, const Emulator& b) { return a.architecture < b.architecture; });
  return emulators;
}

} // namespace wheelforge::engine
