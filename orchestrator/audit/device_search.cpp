// Goes by section names where they are known, else by magic numbers.
#include "orchestrator/audit/device_search.hpp"

#include "orchestrator/base/byte_cursor.hpp"

#include <algorithm>

namespace wheelforge::audit {

devicecode::DeviceInventory device_code_in_sections(const elf::ElfFile& file, std::span<const std::byte> bytes) {
  devicecode::DeviceInventory found;
  for (const elf::Section& section : file.sections().all) {
    const auto kind = devicecode::section_kind(section.name);
    if (kind != devicecode::SectionKind::none && section.offset <= bytes.size() &&
        section.size_in_file() <= bytes.size() - section.offset) {
      found.merge(devicecode::read_section(kind, bytes.subspan(static_cast<std::size_t>(section.offset),
                                                               static_cast<std::size_t>(section.size_in_file()))));
    }
  }
  return found;
}

bool speaks_of_device(const elf::ElfFile& file) {
  const auto& symbols = file.symbols();
  const auto& needed = file.dynamic().needed;
  return std::any_of(symbols.begin(), symbols.end(),
                     [](const elf::Symbol& symbol) { return symbol.name.ends_with("RegisterFatBinary"); }) ||
         std::any_of(needed.begin(), needed.end(), [](std::string_view name) {
           return name.starts_with("libcuda") || name.starts_with("libamdhip") || name.starts_with("libhsa-runtime");
         });
}

bool DeviceSearch::has_found() const {
  return std::any_of(reader_.runs().begin(), reader_.runs().end(),
                     [](const devicecode::DeviceRun& run) { return run.found.has_code(); });
}

bool DeviceSearch::has_seen_all_of(const elf::ElfFile& file) const {
  const auto end = file.loaded_end();
  return end && *end > 0 && reader_.taken() >= *end;
}

std::optional<devicecode::DeviceInventory> DeviceSearch::in_sections(const elf::Sections& sections,
                                                                     std::uint64_t size) const {
  std::vector<const elf::Section*> parts;
  for (const elf::Section& section : sections.all) {
    if (devicecode::section_kind(section.name) != devicecode::SectionKind::none &&
        range_inside(section.offset, section.size_in_file(), size)) {
      if (section.offset % 8 != 0 || section.offset + section.size_in_file() > reader_.taken()) {
        return std::nullopt;
      }
      parts.push_back(&section);
    }
  }
  devicecode::DeviceInventory all;
  for (const devicecode::DeviceRun& run : reader_.runs()) {
    for (const elf::Section* part : parts) {
      const std::uint64_t end = part->offset + part->size_in_file();
      if (part->offset <= run.begin && run.end <= end) {
        all.merge(run.found);
        break;
      }
      if (run.begin < end && part->offset < run.end) {
        return std::nullopt;
      }
    }
  }
  return all;
}

DeviceSections::DeviceSections(const elf::ElfFile& file, std::uint64_t size) {
  for (const elf::Section& section : file.sections().all) {
    const auto kind = devicecode::section_kind(section.name);
    if (kind != devicecode::SectionKind::none && range_inside(section.offset, section.size_in_file(), size)) {
      parts_.push_back({section.offset, section.offset + section.size_in_file(), devicecode::SectionReader(kind)});
      end_ = std::max(end_, parts_.back().end);
    }
  }
}

void DeviceSections::feed(std::span<const std::byte> piece) {
  const std::uint64_t end = position_ + piece.size();
  for (Part& part : parts_) {
    const std::uint64_t first = std::max(part.begin, position_);
    const std::uint64_t last = std::min(part.end, end);
    if (first < last) {
      part.reader.feed(
          piece.subspan(static_cast<std::size_t>(first - position_), static_cast<std::size_t>(last - first)));
    }
  }
  position_ = end;
}

devicecode::DeviceInventory DeviceSections::finish() {
  devicecode::DeviceInventory found;
  for (Part& part : parts_) {
    found.merge(part.reader.finish());
  }
  return found;
}

} // namespace wheelforge::audit
