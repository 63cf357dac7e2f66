// Feeds bytes to the readers of recipes, of toolchains.lock, of pip's and APT's answers, and of device code.
#include "orchestrator/devicecode/device_code.hpp"
#include "orchestrator/provision/apt.hpp"
#include "orchestrator/provision/pip.hpp"
#include "orchestrator/toolchain/lock.hpp"
#include "orchestrator/toolchain/recipe.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

using namespace wheelforge;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (const auto recipe = toolchain::parse_recipe(text, "recipe.toml")) {
    WF_CHECK(!recipe->id().empty());
    WF_CHECK(!recipe->parts.empty());
  } else {
    WF_CHECK(!recipe.error().message.empty());
  }
  if (const auto lock = toolchain::parse_lock(text, "toolchains.lock")) {
    WF_CHECK(toolchain::parse_lock(toolchain::print_lock(*lock), "again") == lock);
  }
  (void)provision::parse_pip_report(text);
  (void)provision::parse_apt_line(text);
  const std::span<const std::byte> bytes(reinterpret_cast<const std::byte*>(data), size);
  for (const auto kind : {devicecode::SectionKind::nv_fatbin, devicecode::SectionKind::hip_fatbin}) {
    const auto whole = devicecode::read_section(kind, bytes);
    devicecode::SectionReader reader(kind); // in pieces of three bytes it must find the same
    for (std::size_t at = 0; at < size; at += 3) {
      reader.feed(bytes.subspan(at, std::min<std::size_t>(3, size - at)));
    }
    WF_CHECK(reader.finish().targets == whole.targets);
  }
  return 0;
}
