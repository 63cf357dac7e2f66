// The dynamic section: the tags, and the strings they name.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace wheelforge::elf {

/// d_tag values that facts are made of. Source: gABI §5; GNU extensions from binutils include/elf/common.h.
namespace dt {
inline constexpr std::uint64_t kNull = 0, kNeeded = 1, kPltRelSize = 2, kHash = 4, kStrtab = 5, kSymtab = 6, kRela = 7,
                               kRelaSize = 8, kRelaEntry = 9, kStrSize = 10, kSymEntry = 11, kInit = 12, kFini = 13,
                               kSoname = 14, kRpath = 15, kSymbolic = 16, kRel = 17, kRelSize = 18, kRelEntry = 19,
                               kPltRel = 20, kDebug = 21, kTextrel = 22, kJmpRel = 23, kBindNow = 24, kRunpath = 29,
                               kFlags = 30, kRelrSize = 35, kRelr = 36, kRelrEntry = 37;
inline constexpr std::uint64_t kGnuHash = 0x6ffffef5, kDepaudit = 0x6ffffefb, kAudit = 0x6ffffefc, kVersym = 0x6ffffff0,
                               kRelaCount = 0x6ffffff9, kRelCount = 0x6ffffffa, kFlags1 = 0x6ffffffb,
                               kVerdef = 0x6ffffffc, kVerdefCount = 0x6ffffffd, kVerneed = 0x6ffffffe,
                               kVerneedCount = 0x6fffffff, kAuxiliary = 0x7ffffffd, kFilter = 0x7fffffff;
} // namespace dt

/// DT_FLAGS.
inline constexpr std::uint64_t kDfOrigin = 1, kDfSymbolic = 2, kDfTextrel = 4, kDfBindNow = 8, kDfStaticTls = 16;
/// DT_FLAGS_1.
inline constexpr std::uint64_t kDf1Now = 1, kDf1Global = 2, kDf1Nodelete = 8, kDf1Noopen = 0x40, kDf1Origin = 0x80,
                               kDf1Interpose = 0x400, kDf1Nodeflib = 0x800, kDf1Pie = 0x08000000;

/// One entry as it stands.
struct DynamicEntry {
  std::uint64_t tag = 0;
  std::uint64_t value = 0;

  bool operator==(const DynamicEntry&) const = default;
};

/// The dynamic section up to DT_NULL. The views point into the ElfFile that holds it.
struct DynamicSection {
  std::vector<DynamicEntry> entries; ///< in file order, without DT_NULL
  std::vector<std::string_view> needed;
  std::optional<std::string_view> soname;
  std::optional<std::string_view> rpath;   ///< DT_RPATH, colons and all
  std::optional<std::string_view> runpath; ///< DT_RUNPATH
  std::vector<std::string_view> audit;     ///< DT_AUDIT and DT_DEPAUDIT
  std::vector<std::string_view> filters;   ///< DT_FILTER and DT_AUXILIARY
  std::uint64_t flags = 0;                 ///< DT_FLAGS
  std::uint64_t flags_1 = 0;               ///< DT_FLAGS_1

  /// The value of the last entry of that tag, which is the one that loaders follow.
  [[nodiscard]] std::optional<std::uint64_t> value(std::uint64_t tag) const;
  [[nodiscard]] bool has(std::uint64_t tag) const { return value(tag).has_value(); }
  /// The relocations write into read-only segments, by DT_TEXTREL or DF_TEXTREL.
  [[nodiscard]] bool has_text_relocations() const { return has(dt::kTextrel) || (flags & kDfTextrel) != 0; }
  /// All symbols are bound at load time, by DT_BIND_NOW, DF_BIND_NOW or DF_1_NOW.
  [[nodiscard]] bool binds_now() const;
  [[nodiscard]] bool has_static_tls() const { return (flags & kDfStaticTls) != 0; }
  [[nodiscard]] bool is_nodelete() const { return (flags_1 & kDf1Nodelete) != 0; }
  [[nodiscard]] bool is_pie() const { return (flags_1 & kDf1Pie) != 0; }
};

} // namespace wheelforge::elf
