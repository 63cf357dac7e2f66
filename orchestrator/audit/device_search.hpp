// Finding device code in ELF files: by their sections, or in the bytes of a stream.
#pragma once

#include "orchestrator/devicecode/device_code.hpp"
#include "orchestrator/elf/elf_file.hpp"

#include <cstddef>
#include <span>

namespace wheelforge::audit {

/// What the sections of a file in memory hold for devices; `bytes` are the whole file.
[[nodiscard]] devicecode::DeviceInventory device_code_in_sections(const elf::ElfFile& file,
                                                                  std::span<const std::byte> bytes);

/// Whether a file registers device code, or needs a library of CUDA's or ROCm's run time.
[[nodiscard]] bool speaks_of_device(const elf::ElfFile& file);

/// Looks for device code in the bytes of a file whose sections are not known.
class DeviceSearch {
public:
  /// The next bytes, from the file's start.
  void feed(std::span<const std::byte> piece);
  /// What was found, without oddities: bytes that only look like device code have them.
  [[nodiscard]] devicecode::DeviceInventory finish();

private:
  devicecode::SectionReader nv_{devicecode::SectionKind::nv_fatbin};
  devicecode::SectionReader hip_{devicecode::SectionKind::hip_fatbin};
};

} // namespace wheelforge::audit
