// Finding device code in ELF files: by their sections, or in the bytes of a stream.
#pragma once

#include "orchestrator/devicecode/device_code.hpp"
#include "orchestrator/elf/elf_file.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace wheelforge::audit {

/// What the sections of a file in memory hold for devices; `bytes` are the whole file.
[[nodiscard]] devicecode::DeviceInventory device_code_in_sections(const elf::ElfFile& file,
                                                                  std::span<const std::byte> bytes);

/// Whether a file registers device code, or needs a library of CUDA's or ROCm's run time.
[[nodiscard]] bool speaks_of_device(const elf::ElfFile& file);

/// Reads device code in the bytes of a file whose sections are not known yet: they stand at its end.
class DeviceSearch {
public:
  /// The next bytes, from the file's start.
  void feed(std::span<const std::byte> piece) { reader_.feed(piece); }
  /// True where something looks like device code.
  [[nodiscard]] bool has_found() const;
  /// True where all that is loaded has been looked through: device code is loaded.
  [[nodiscard]] bool has_seen_all_of(const elf::ElfFile& file) const;
  /// What the file's sections hold; nothing where the search cannot tell, since it was stopped before their end, or
  /// what it found does not stand in a section as a whole. `size` is the file's.
  [[nodiscard]] std::optional<devicecode::DeviceInventory> in_sections(const elf::Sections& sections,
                                                                       std::uint64_t size) const;

private:
  devicecode::SectionReader reader_{devicecode::SectionKind::any};
};

/// Reads the sections with device code from a stream of the file.
class DeviceSections {
public:
  /// `size` is that of the file; sections that reach beyond it are left out.
  DeviceSections(const elf::ElfFile& file, std::uint64_t size);

  [[nodiscard]] bool empty() const { return parts_.empty(); }
  /// The next bytes, from the file's start.
  void feed(std::span<const std::byte> piece);
  /// True once the last section has been seen to its end.
  [[nodiscard]] bool has_all() const { return position_ >= end_; }
  [[nodiscard]] devicecode::DeviceInventory finish();

private:
  struct Part {
    std::uint64_t begin;
    std::uint64_t end;
    devicecode::SectionReader reader;
  };
  std::vector<Part> parts_;
  std::uint64_t position_ = 0;
  std::uint64_t end_ = 0; ///< of the last of them
};

} // namespace wheelforge::audit
