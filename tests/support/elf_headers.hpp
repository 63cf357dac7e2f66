// The headers of a built ELF file, which say what it is and where its parts are: file, program and section headers.
#pragma once

#include "tests/support/byte_writer.hpp"
#include "tests/support/elf_spec.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace wheelforge::support {

/// A program header.
struct ElfSegment {
  std::uint32_t type, flags;
  std::uint64_t offset, address, file_size, memory_size, alignment;
};

/// A section header; its name and what it links to are looked up when it is written.
struct ElfSection {
  std::string name;
  std::uint32_t type;
  std::uint64_t flags, address, offset, size;
  std::uint64_t entry_size;
};

/// The bytes of the file header; the program headers stand right behind it.
[[nodiscard]] std::uint64_t file_header_size(const ElfSpec& spec);
/// The bytes of one program header.
[[nodiscard]] std::uint64_t program_header_size(const ElfSpec& spec);

/// The file header and the program headers, which stand at the beginning of the file. `section_table` is the offset of
/// the section headers; 0: there are none.
[[nodiscard]] Bytes file_and_program_headers(const ElfSpec& spec, const std::vector<ElfSegment>& segments,
                                             std::uint64_t section_table, std::size_t section_count);

/// Adds the null section and .shstrtab, then writes the sections' names and their headers to the end of `out`. Returns
/// the offset of the headers.
[[nodiscard]] std::uint64_t write_section_headers(const ElfSpec& spec, std::vector<ElfSection>& sections,
                                                  ByteWriter& out);

} // namespace wheelforge::support
