// The dynamic relocations, counted by kind.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace wheelforge::elf {

/// What a relocation type means to a loader; the same for every architecture.
enum class RelocationKind : std::uint8_t {
  other,
  none,
  relative,
  irelative,  ///< a resolver function runs at load time
  symbolic,   ///< an address in data
  glob_dat,   ///< an address in the GOT
  jump_slot,  ///< a call through the PLT
  copy,       ///< the symbol's bytes are copied into the executable
  tls_module, ///< DTPMOD: general or local dynamic model
  tls_offset, ///< DTPOFF: the same
  tls_static, ///< TPOFF: initial or local exec model, needs static TLS
  tls_descriptor,
};
inline constexpr unsigned kRelocationKinds = 12;

/// The kind of a relocation type; `other` for machines and types we do not know.
/// Source: the processor supplements; glibc sysdeps/*/dl-machine.h.
[[nodiscard]] RelocationKind relocation_kind(std::uint16_t machine, std::uint32_t type);
/// "jump-slot".
[[nodiscard]] std::string_view to_string(RelocationKind kind);

/// How often one relocation type occurs.
struct RelocationCount {
  std::uint32_t type = 0;
  std::uint64_t count = 0;

  bool operator==(const RelocationCount&) const = default;
};

/// All dynamic relocations of a file: DT_REL, DT_RELA, DT_JMPREL and DT_RELR.
struct RelocationSummary {
  std::vector<RelocationCount> by_type; ///< sorted by type; without RELR
  std::uint64_t total = 0;              ///< without RELR
  std::uint64_t by_kind[kRelocationKinds] = {};
  bool has_relr = false;
  std::uint64_t relr_words = 0;            ///< entries of the RELR table
  std::uint64_t relr_relocations = 0;      ///< relative relocations they stand for
  std::uint64_t in_read_only_segments = 0; ///< how many of all these would write where no PF_W is

  bool operator==(const RelocationSummary&) const = default;
  [[nodiscard]] std::uint64_t count(RelocationKind kind) const { return by_kind[static_cast<unsigned>(kind)]; }
};

} // namespace wheelforge::elf
