// One dynamic symbol.
#pragma once

#include <cstdint>
#include <string_view>

namespace wheelforge::elf {

/// STB_*. Values outside of the enumerators are possible: they stand as the file has them.
enum class SymbolBind : std::uint8_t { local = 0, global = 1, weak = 2, gnu_unique = 10 };
/// STT_*; likewise.
enum class SymbolType : std::uint8_t {
  notype = 0,
  object = 1,
  function = 2,
  section = 3,
  file = 4,
  common = 5,
  tls = 6,
  gnu_ifunc = 10,
};
/// STV_*.
enum class SymbolVisibility : std::uint8_t { normal = 0, internal = 1, hidden = 2, protected_ = 3 };

/// Section indexes with a meaning of their own.
inline constexpr std::uint16_t kSectionUndefined = 0;
inline constexpr std::uint16_t kSectionAbsolute = 0xfff1;
inline constexpr std::uint16_t kSectionCommon = 0xfff2;

/// Version indexes with a meaning of their own.
inline constexpr std::uint16_t kVersionLocal = 0;
inline constexpr std::uint16_t kVersionGlobal = 1;

/// How relocations use a symbol; bits of Symbol::uses.
inline constexpr std::uint8_t kUsedByJumpSlot = 1; ///< a call that may be bound lazily
inline constexpr std::uint8_t kUsedByAddress = 2;  ///< an address in data or the GOT
inline constexpr std::uint8_t kUsedByCopy = 4;     ///< a copy relocation: the symbol's size is part of the ABI
inline constexpr std::uint8_t kUsedByTls = 8;      ///< a thread-local offset or module

/// Symbol::first_use of a symbol that no relocation names.
inline constexpr std::uint32_t kNeverUsed = 0xffffffff;

/// A symbol of the dynamic symbol table. The name points into the ElfFile that holds it.
struct Symbol {
  std::string_view name; ///< empty when the name's offset is outside of the string table
  std::uint64_t value = 0;
  std::uint64_t size = 0;
  std::uint16_t section = kSectionUndefined;
  std::uint16_t version = kVersionGlobal; ///< ElfFile::version_of() names it; without the hidden bit
  SymbolBind bind = SymbolBind::local;
  SymbolType type = SymbolType::notype;
  SymbolVisibility visibility = SymbolVisibility::normal;
  bool version_hidden = false;          ///< name@VERSION: not what a new link would take
  std::uint8_t other = 0;               ///< st_other whole
  std::uint8_t uses = 0;                ///< kUsedBy…; nothing set means that no dynamic relocation names the symbol
  std::uint32_t first_use = kNeverUsed; ///< the number of the first relocation that names it, in a loader's order

  bool operator==(const Symbol&) const = default;

  [[nodiscard]] bool is_defined() const { return section != kSectionUndefined; }
  [[nodiscard]] bool is_weak() const { return bind == SymbolBind::weak; }
  /// Others can bind to it: defined, not local, of visibility default or protected.
  [[nodiscard]] bool is_exported() const {
    return is_defined() && bind != SymbolBind::local &&
           (visibility == SymbolVisibility::normal || visibility == SymbolVisibility::protected_);
  }
};

} // namespace wheelforge::elf
