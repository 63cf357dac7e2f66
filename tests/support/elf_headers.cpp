// Writes file, program and section headers.
#include "tests/support/elf_headers.hpp"

namespace wheelforge::support {

std::uint64_t file_header_size(const ElfSpec& spec) { return spec.is_64 ? 64 : 52; }

std::uint64_t program_header_size(const ElfSpec& spec) { return spec.is_64 ? 56 : 32; }

Bytes file_and_program_headers(const ElfSpec& spec, const std::vector<ElfSegment>& segments,
                               std::uint64_t section_table, std::size_t section_count) {
  const unsigned word = spec.word_size();
  ByteWriter head(spec.order);
  head.text("\177ELF");
  head.u8(spec.is_64 ? 2 : 1);
  head.u8(spec.order == std::endian::little ? 1 : 2);
  head.u8(1);
  head.u8(spec.osabi);
  head.u64(0);
  head.u16(spec.type);
  head.u16(spec.machine);
  head.u32(1);
  head.put(0x1234, word);
  head.put(file_header_size(spec), word);
  head.put(section_table, word);
  head.u32(spec.flags);
  head.u16(file_header_size(spec));
  head.u16(program_header_size(spec));
  head.u16(segments.size());
  head.u16(spec.is_64 ? 64 : 40);
  head.u16(section_table == 0 ? 0 : section_count);
  head.u16(section_table == 0 ? 0 : section_count - 1);
  for (const ElfSegment& s : segments) {
    head.u32(s.type);
    if (spec.is_64) {
      head.u32(s.flags);
    }
    for (const std::uint64_t value : {s.offset, s.address, s.address, s.file_size, s.memory_size}) {
      head.put(value, word);
    }
    if (!spec.is_64) {
      head.u32(s.flags);
    }
    head.put(s.alignment, word);
  }
  return head.bytes();
}

std::uint64_t write_section_headers(const ElfSpec& spec, std::vector<ElfSection>& sections, ByteWriter& out) {
  const unsigned word = spec.word_size();
  std::string names(1, '\0');
  sections.insert(sections.begin(), ElfSection{"", 0, 0, 0, 0, 0, 0});
  sections.push_back({".shstrtab", 3, 0, 0, 0, 0, 0});
  std::vector<std::size_t> name_offsets;
  for (const ElfSection& s : sections) {
    name_offsets.push_back(s.name.empty() ? 0 : names.size());
    names += s.name.empty() ? "" : s.name + '\0';
  }
  sections.back().offset = out.size();
  sections.back().size = names.size();
  out.text(names);
  out.align(8);
  const std::uint64_t start = out.size();
  const auto index_of = [&sections](const std::string& name) -> std::uint32_t {
    for (std::uint32_t i = 0; i < sections.size(); ++i) {
      if (sections[i].name == name) {
        return i;
      }
    }
    return 0;
  };
  for (std::size_t i = 0; i < sections.size(); ++i) {
    const ElfSection& s = sections[i];
    const bool names_strings =
        s.name == ".dynsym" || s.name == ".dynamic" || s.name == ".verneed" || s.name == ".verdef";
    const bool is_loaded_table = (s.flags & 2U) != 0 && !names_strings && s.name != ".dynstr";
    const std::uint32_t link = names_strings ? index_of(".dynstr") : is_loaded_table ? index_of(".dynsym") : 0;
    const std::uint64_t info = s.name == ".dynsym"    ? 1
                               : s.name == ".verneed" ? spec.needs.size()
                               : s.name == ".verdef"  ? spec.definitions.size()
                                                      : 0;
    out.u32(name_offsets[i]);
    out.u32(s.type);
    for (const std::uint64_t value : {s.flags, s.address, s.offset, s.size}) {
      out.put(value, word);
    }
    out.u32(link);
    out.u32(info);
    out.put(1, word);
    out.put(s.entry_size, word);
  }
  return start;
}

} // namespace wheelforge::support
