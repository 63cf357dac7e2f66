// The notes that PT_NOTE and PT_GNU_PROPERTY carry.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace wheelforge::elf {

/// NT_GNU_ABI_TAG: the oldest kernel that the file runs on.
struct AbiTag {
  std::uint32_t os = 0; ///< 0 is Linux
  std::uint32_t major = 0;
  std::uint32_t minor = 0;
  std::uint32_t patch = 0;

  bool operator==(const AbiTag&) const = default;
};

/// Bits of GNU_PROPERTY_X86_ISA_1_NEEDED and _USED. Source: x86-64 psABI §"Program property".
inline constexpr std::uint32_t kX86IsaBaseline = 1, kX86IsaV2 = 2, kX86IsaV3 = 4, kX86IsaV4 = 8;
/// Bits of GNU_PROPERTY_X86_FEATURE_1_AND.
inline constexpr std::uint32_t kX86FeatureIbt = 1, kX86FeatureShstk = 2;
/// Bits of GNU_PROPERTY_AARCH64_FEATURE_1_AND.
inline constexpr std::uint32_t kAarch64FeatureBti = 1, kAarch64FeaturePac = 2, kAarch64FeatureGcs = 4;

/// NT_GNU_PROPERTY_TYPE_0; absent properties are empty.
struct GnuProperties {
  std::optional<std::uint32_t> x86_isa_needed;
  std::optional<std::uint32_t> x86_isa_used;
  std::optional<std::uint32_t> x86_features;
  std::optional<std::uint32_t> aarch64_features;
  std::optional<std::uint32_t> needed; ///< GNU_PROPERTY_1_NEEDED; bit 0: indirect external access
  std::optional<std::uint64_t> stack_size;
  bool no_copy_on_protected = false;

  bool operator==(const GnuProperties&) const = default;
};

/// A note as it stands, without its contents.
struct Note {
  std::string owner;
  std::uint32_t type = 0;
  std::uint64_t size = 0;

  bool operator==(const Note&) const = default;
};

/// Everything the notes say.
struct Notes {
  std::vector<Note> all; ///< in file order; at most kMaxNotes
  std::string build_id;  ///< lower-case hexadecimal; empty when there is none
  std::optional<AbiTag> abi_tag;
  GnuProperties properties;
  std::string package_metadata; ///< the JSON text of a .note.package (FDO), as written

  bool operator==(const Notes&) const = default;
};
inline constexpr unsigned kMaxNotes = 1000;

} // namespace wheelforge::elf
