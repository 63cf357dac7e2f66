// Symbol versions: what a file needs from its libraries (verneed) and what it defines (verdef).
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace wheelforge::elf {

/// vna_flags and vd_flags. Source: LSB Core, "Symbol Versioning".
inline constexpr std::uint16_t kVersionBase = 1;
inline constexpr std::uint16_t kVersionWeak = 2;

/// One version wanted from a library (Vernaux).
struct NeededVersion {
  std::string_view name; ///< "GLIBC_2.17"
  std::uint32_t hash = 0;
  std::uint16_t flags = 0;
  std::uint16_t index = 0; ///< what the symbols' version table calls it

  bool operator==(const NeededVersion&) const = default;
  /// The loader only warns when a weak version is missing.
  [[nodiscard]] bool is_weak() const { return (flags & kVersionWeak) != 0; }
};

/// The versions wanted from one library (Verneed).
struct VersionNeed {
  std::string_view file; ///< the soname
  std::vector<NeededVersion> versions;

  bool operator==(const VersionNeed&) const = default;
};

/// One version that the file defines (Verdef).
struct VersionDefinition {
  std::string_view name;
  std::vector<std::string_view> parents;
  std::uint32_t hash = 0;
  std::uint16_t flags = 0;
  std::uint16_t index = 0;

  bool operator==(const VersionDefinition&) const = default;
  /// The entry that carries the file's own name and is no version of symbols.
  [[nodiscard]] bool is_base() const { return (flags & kVersionBase) != 0; }
};

/// What a version index of the symbol table stands for.
struct SymbolVersion {
  std::string_view name;    ///< empty when the symbol has no version
  std::string_view library; ///< the soname it is wanted from; empty when this file defines it
};

/// The hash of the gABI, which also stands in vna_hash, vd_hash and DT_HASH.
[[nodiscard]] std::uint32_t sysv_hash(std::string_view name);
/// The hash of DT_GNU_HASH.
[[nodiscard]] std::uint32_t gnu_hash(std::string_view name);

} // namespace wheelforge::elf
