// Turns an image into an ElfFile, phase by phase. Private to this module.
#pragma once

#include "orchestrator/base/byte_cursor.hpp"
#include "orchestrator/base/error.hpp"
#include "orchestrator/elf/elf_file.hpp"
#include "orchestrator/elf/image.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace wheelforge::elf {

/// One attempt at an image. When the image lacks bytes that the file has, run() fails and missing() says which; a
/// RangeCollector gets them and tries again. With the whole file at hand nothing is ever missing.
class ElfParser {
public:
  ElfParser(const Image& image, WantSections sections) : image_(image), want_sections_(sections) {}

  [[nodiscard]] Result<void> run();
  /// What run() wanted and the image did not hold.
  [[nodiscard]] const std::vector<FileRange>& missing() const { return missing_; }
  /// Where tables of unknown place most likely are, known after the program headers: the first PT_LOAD for those of the
  /// loader, which is the first range; what stands behind the last PT_LOAD and before the section headers.
  [[nodiscard]] const std::vector<FileRange>& likely() const { return likely_; }
  /// The facts, after run() has succeeded.
  [[nodiscard]] ElfFile take() { return std::move(file_); }

private:
  // elf_parser.cpp: the headers, and reading itself.
  Result<void> read_header();
  Result<void> read_segments();
  void check_segments();
  void guess_places();
  void read_stack_and_tls();
  Result<void> read_interpreter();
  [[nodiscard]] Result<std::span<const std::byte>> fetch(FileRange range, std::string_view structure);
  /// Like fetch() into `bytes`, but no error when the range is only not at hand: all_fetched() tells that later, so
  /// that everything missing is asked for at once.
  [[nodiscard]] Result<void> request(FileRange range, std::string_view structure, std::span<const std::byte>& bytes);
  [[nodiscard]] Result<void> all_fetched() const;
  [[nodiscard]] Result<FileRange> locate(std::uint64_t address, std::uint64_t size, std::string_view structure) const;
  [[nodiscard]] const Segment* load_segment_at(std::uint64_t address) const;
  /// The bytes from the segment's start to the end of the last PT_LOAD that follows it without a gap, in the file as in
  /// memory: old versions of patchelf leave tables that begin in one and end in the next.
  [[nodiscard]] std::uint64_t bytes_from(const Segment& segment) const;
  void note(ElfAnomalyKind kind, std::string detail);
  void widen_missing(std::uint64_t address, FileRange asked);

  // dynamic_parser.cpp: the dynamic section, and where its tables are.
  Result<void> read_dynamic();
  Result<void> locate_tables();
  Result<void> locate_relocations(std::uint64_t table, std::uint64_t size, std::uint64_t entry, bool has_addend);
  Result<void> read_dynamic_strings();
  [[nodiscard]] Result<std::string_view> string_at(std::uint64_t offset, std::string_view what);

  // symbol_parser.cpp: how many symbols there are, and what they say.
  Result<void> count_symbols();
  Result<std::optional<std::uint64_t>> count_by_sysv_hash();
  Result<std::optional<std::uint64_t>> count_by_gnu_hash();
  [[nodiscard]] std::optional<std::uint64_t> count_by_sections() const;
  [[nodiscard]] std::uint64_t count_by_distance() const;
  [[nodiscard]] std::uint64_t next_table_after(std::uint64_t address) const;
  Result<void> read_symbols();
  [[nodiscard]] std::optional<std::string_view> symbol_name(std::uint32_t offset);

  // version_parser.cpp: verneed and verdef.
  Result<void> read_version_needs();
  Result<void> read_needed_versions(std::uint64_t address, unsigned count, VersionNeed& need);
  Result<void> read_version_definitions();
  Result<void> read_definition_names(std::uint64_t address, unsigned count, VersionDefinition& definition);
  Result<std::span<const std::byte>> fetch_record(std::uint64_t address, std::uint64_t size,
                                                  std::string_view structure);
  void name_version(std::uint16_t index, SymbolVersion version);

  // relocation_parser.cpp
  void read_relocations();
  struct RelocationTable {
    std::span<const std::byte> bytes;
    FileRange range;
    bool has_addend = false;
  };
  struct TypeCounts;
  void read_relocation_table(const RelocationTable& table, TypeCounts& counts);
  void read_relr();
  [[nodiscard]] bool is_writable(std::uint64_t address);

  // note_parser.cpp
  Result<void> read_notes();
  void read_note_segment(std::span<const std::byte> bytes, std::uint64_t alignment);
  void read_note(std::string_view owner, std::uint32_t type, std::span<const std::byte> contents);
  void read_properties(std::span<const std::byte> bytes);

  // section_parser.cpp
  Result<void> read_sections();
  Result<void> read_section_table(std::uint64_t count, std::uint64_t names_index);
  Result<void> read_comment();
  void sum_up_sections();

  [[nodiscard]] bool is_64() const { return file_.header_.elf_class == ElfClass::elf64; }
  [[nodiscard]] std::uint64_t word_size() const { return is_64() ? 8 : 4; }
  [[nodiscard]] std::uint64_t symbol_size() const { return is_64() ? 24 : 16; }
  [[nodiscard]] ByteCursor cursor(std::span<const std::byte> bytes, std::string_view structure) const {
    return {bytes, file_.header_.order, structure};
  }
  [[nodiscard]] std::uint64_t read_word(ByteCursor& in) const { return is_64() ? in.u64() : in.u32(); }
  template <std::unsigned_integral T>
  [[nodiscard]] T load_at(std::span<const std::byte> bytes, std::uint64_t offset) const {
    return load<T>(bytes.data() + offset, file_.header_.order);
  }

  const Image& image_;
  WantSections want_sections_;
  std::vector<FileRange> missing_;
  std::vector<FileRange> likely_;
  ElfFile file_;

  std::vector<Segment> loads_; ///< PT_LOAD by address
  std::span<const std::byte> strtab_;
  std::span<const std::byte> symtab_;
  std::span<const std::byte> versym_;
  std::span<const std::byte> relr_;
  std::vector<RelocationTable> relocation_tables_;
  std::uint64_t symbol_count_ = 0;
  std::uint64_t string_budget_ = 0; ///< bytes of strings that may still be measured
  unsigned version_records_ = 0;
  Segment writable_; ///< the segment that is_writable() saw last
};

} // namespace wheelforge::elf
