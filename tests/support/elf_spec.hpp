// What a small ELF file that is to be built consists of: header fields, symbols, versions, relocations, notes.
#pragma once

#include "tests/support/byte_writer.hpp"

#include <bit>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace wheelforge::support {

/// One version wanted from a library.
struct ElfNeedVersion {
  std::string name;
  std::uint16_t flags = 0;
  std::uint16_t index = 0;
};

struct ElfNeed {
  std::string file;
  std::vector<ElfNeedVersion> versions;
};

struct ElfDefinition {
  std::string name;
  std::uint16_t index = 0;
  std::uint16_t flags = 0;
  std::vector<std::string> parents;
};

struct ElfSymbol {
  std::string name;
  std::uint64_t value = 0;
  std::uint64_t size = 0;
  std::uint8_t type = 2; ///< STT_FUNC
  std::uint8_t bind = 1; ///< STB_GLOBAL
  std::uint8_t other = 0;
  std::uint16_t section = 0; ///< undefined
  std::uint16_t version = 1; ///< with the hidden bit
};

struct ElfRelocation {
  std::uint32_t type = 0;
  std::string symbol; ///< empty: none
  std::uint64_t target = 0;
};

struct ElfNote {
  std::string owner;
  std::uint32_t type = 0;
  Bytes contents;
};

struct ElfTls {
  std::uint64_t file_size = 0;
  std::uint64_t memory_size = 0;
  std::uint64_t alignment = 1;
};

/// What is to be built.
struct ElfSpec {
  bool is_64 = true;
  std::endian order = std::endian::little;
  std::uint16_t machine = 62;
  std::uint16_t type = 3; ///< ET_DYN
  std::uint32_t flags = 0;
  std::uint8_t osabi = 0;

  std::string interpreter;
  bool dynamic = true;
  std::vector<std::string> needed;
  std::optional<std::string> soname, rpath, runpath;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> more_dynamic; ///< tag, value; behind the others
  std::vector<ElfNeed> needs;
  std::vector<ElfDefinition> definitions;
  std::vector<ElfSymbol> symbols; ///< without the null symbol; undefined ones are put first
  enum class Hash { none, sysv, gnu, both } hash = Hash::gnu;
  std::uint32_t gnu_buckets = 3;
  bool wide_sysv_hash = false; ///< as on s390x
  std::vector<ElfRelocation> relocations, plt_relocations;
  bool has_addends = true;
  std::vector<std::uint64_t> relr;
  std::vector<ElfNote> notes;
  std::uint64_t note_alignment = 4;
  std::optional<ElfTls> tls;
  std::optional<std::uint32_t> stack_flags = 6;
  bool relro = true;
  std::uint64_t load_alignment = 0x1000;

  bool sections = true;
  std::vector<std::string> comments;
  std::uint64_t debug_bytes = 0;      ///< of .debug_info, behind everything loaded
  bool tables_behind_dynamic = false; ///< in a segment of their own at the end, as patchelf leaves them
  std::uint64_t text_bytes = 64;      ///< of zeros in front of the dynamic section

  /// The bytes of an address: 8 or 4.
  [[nodiscard]] unsigned word_size() const { return is_64 ? 8 : 4; }
};

} // namespace wheelforge::support
