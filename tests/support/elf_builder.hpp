// Builds small ELF files of every class and byte order, honest or lying. Shares no code with orchestrator/elf.
#pragma once

#include "tests/support/byte_writer.hpp"
#include "tests/support/elf_spec.hpp"

#include <bit>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace wheelforge::support {

/// A built file, and where its parts are: "program_headers", "dynstr", "dynsym", "hash", "gnu_hash", "versym",
/// "verneed", "verdef", "rela", "plt", "relr", "dynamic", "sections", "data".
struct BuiltElf {
  Bytes bytes;
  std::map<std::string, std::uint64_t> offset;
  std::map<std::string, std::uint64_t> address;
  std::vector<std::string> symbol_names; ///< in table order, the null symbol first
  /// The file offset of the value of a dynamic entry.
  [[nodiscard]] std::uint64_t dynamic_value(std::uint64_t tag) const;
  std::map<std::uint64_t, std::uint64_t> dynamic_values;
};

[[nodiscard]] BuiltElf build_elf(const ElfSpec& spec);

/// The class, byte order and machine of each architecture that wheels are tagged for.
struct ElfTarget {
  const char* name;
  bool is_64;
  std::endian order;
  std::uint16_t machine;
};
[[nodiscard]] const std::vector<ElfTarget>& elf_targets();

} // namespace wheelforge::support
