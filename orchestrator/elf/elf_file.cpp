// The questions that an ElfFile answers from what was parsed.
#include "orchestrator/elf/elf_file.hpp"

#include "orchestrator/elf/elf_parser.hpp"

#include <algorithm>

namespace wheelforge::elf {

bool is_elf(std::span<const std::byte> bytes) {
  constexpr std::string_view kMagic = "\177ELF";
  return bytes.size() >= kMagic.size() && std::memcmp(bytes.data(), kMagic.data(), kMagic.size()) == 0;
}

std::string_view to_string(ElfAnomalyKind kind) {
  switch (kind) {
  case ElfAnomalyKind::section_headers:
    return "section-headers";
  case ElfAnomalyKind::notes:
    return "notes";
  case ElfAnomalyKind::symbol_names:
    return "symbol-names";
  case ElfAnomalyKind::symbol_count:
    return "symbol-count";
  case ElfAnomalyKind::versions:
    return "versions";
  case ElfAnomalyKind::version_hash:
    return "version-hash";
  case ElfAnomalyKind::relocations:
    return "relocations";
  case ElfAnomalyKind::segments:
    return "segments";
  case ElfAnomalyKind::dynamic:
    return "dynamic";
  }
  return "unknown";
}

Result<ElfFile> ElfFile::parse(std::span<const std::byte> file) {
  const Image image(file);
  ElfParser parser(image, WantSections::yes);
  WF_TRY_VOID(parser.run());
  return parser.take();
}

SymbolVersion ElfFile::version_of(const Symbol& symbol) const {
  return symbol.version < versions_.size() ? versions_[symbol.version] : SymbolVersion{};
}

std::uint64_t ElfFile::max_load_alignment() const {
  std::uint64_t largest = 0;
  for (const Segment& segment : segments_) {
    largest = segment.type == kPtLoad ? std::max(largest, segment.alignment) : largest;
  }
  return largest;
}

bool ElfFile::has_relro() const {
  return std::any_of(segments_.begin(), segments_.end(), [](const Segment& s) { return s.type == kPtGnuRelro; });
}

std::optional<std::uint64_t> ElfFile::loaded_end() const {
  std::optional<std::uint64_t> end;
  for (const Segment& segment : segments_) {
    if (segment.type == kPtLoad) {
      const std::uint64_t own = std::min(file_size_, segment.offset) + std::min(file_size_, segment.file_size);
      end = std::max(end.value_or(0), std::min(own, file_size_));
    }
  }
  return end;
}

std::uint64_t ElfFile::unloaded_tail() const {
  const auto end = loaded_end();
  return end ? file_size_ - *end : 0;
}

std::optional<std::uint64_t> DynamicSection::value(std::uint64_t tag) const {
  const auto last =
      std::find_if(entries.rbegin(), entries.rend(), [tag](const DynamicEntry& entry) { return entry.tag == tag; });
  return last == entries.rend() ? std::nullopt : std::optional(last->value);
}

bool DynamicSection::binds_now() const {
  return has(dt::kBindNow) || (flags & kDfBindNow) != 0 || (flags_1 & kDf1Now) != 0;
}

const Section* Sections::find(std::string_view name) const {
  const auto found = std::find_if(all.begin(), all.end(), [name](const Section& s) { return s.name == name; });
  return found == all.end() ? nullptr : &*found;
}

} // namespace wheelforge::elf
