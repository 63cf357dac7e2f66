// The tables of a built ELF file that a dynamic loader reads: symbols, strings, hash tables, versions, relocations.
#pragma once

#include "tests/support/byte_writer.hpp"
#include "tests/support/elf_spec.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace wheelforge::support {

/// Writes the tables of one file, each to the end of `out`. The spec must outlive it.
class ElfTables {
public:
  /// Puts the symbols into the order of their table, and gathers every string that the tables name.
  explicit ElfTables(const ElfSpec& spec);

  /// The null symbol, then the undefined ones, then the defined ones by bucket of the GNU hash table.
  [[nodiscard]] const std::vector<ElfSymbol>& symbols() const { return symbols_; }
  /// The offset of a text in the string table; a text that is not there yet is added.
  std::uint32_t string(const std::string& text);
  /// The bytes of one relocation.
  [[nodiscard]] std::uint64_t relocation_size() const { return spec_.word_size() * (spec_.has_addends ? 3 : 2); }

  void write_sysv_hash(ByteWriter& out) const;
  void write_gnu_hash(ByteWriter& out) const;
  void write_symbols(ByteWriter& out);
  void write_strings(ByteWriter& out) const;
  /// One version index a symbol.
  void write_version_indices(ByteWriter& out) const;
  /// The versions that are wanted from libraries.
  void write_needs(ByteWriter& out);
  /// The versions that the file defines.
  void write_definitions(ByteWriter& out);
  /// Throws std::invalid_argument where a symbol is not in the table.
  void write_relocations(ByteWriter& out, const std::vector<ElfRelocation>& rows) const;
  /// Relative relocations, packed.
  void write_relr(ByteWriter& out) const;

private:
  void order_symbols();
  void make_strings();

  const ElfSpec& spec_;
  std::string dynstr_ = std::string(1, '\0');
  std::vector<ElfSymbol> symbols_;
  std::size_t first_defined_ = 1;
};

} // namespace wheelforge::support
