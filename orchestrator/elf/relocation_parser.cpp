// Counts the dynamic relocations and marks the symbols that they use.
#include "orchestrator/elf/elf_parser.hpp"

#include <algorithm>
#include <bit>
#include <map>
#include <memory>

namespace wheelforge::elf {
namespace {

std::uint8_t use_of(RelocationKind kind) {
  switch (kind) {
  case RelocationKind::jump_slot:
    return kUsedByJumpSlot;
  case RelocationKind::copy:
    return kUsedByCopy;
  case RelocationKind::tls_module:
  case RelocationKind::tls_offset:
  case RelocationKind::tls_static:
  case RelocationKind::tls_descriptor:
    return kUsedByTls;
  case RelocationKind::none:
    return 0;
  default:
    return kUsedByAddress;
  }
}

constexpr std::uint16_t kMachineMips = 8;

/// 64-bit MIPS splits r_info into a symbol and four bytes, of which three are types applied in a row.
std::uint32_t mips_type(std::span<const std::byte> bytes) {
  return std::to_integer<std::uint32_t>(bytes[3]) | std::to_integer<std::uint32_t>(bytes[2]) << 8U |
         std::to_integer<std::uint32_t>(bytes[1]) << 16U;
}

} // namespace

/// Counters by type: an array for the types that exist, a small map for nonsense.
struct ElfParser::TypeCounts {
  static constexpr std::uint32_t kKnownTypes = 1280;
  static constexpr std::size_t kMaxOthers = 64;
  static constexpr std::uint32_t kManyTypes = 0xffffffff;

  std::array<std::uint64_t, kKnownTypes> known{};
  std::map<std::uint32_t, std::uint64_t> others;

  std::uint16_t machine = 0;
  std::uint32_t last_type = 0; ///< tables are mostly sorted by type: the last answer does
  std::uint8_t last_use = 0;

  std::uint8_t use(std::uint32_t type) {
    if (type != last_type) {
      last_type = type;
      last_use = use_of(relocation_kind(machine, type));
    }
    return last_use;
  }
  void add_other(std::uint32_t type) {
    const bool room = others.size() < kMaxOthers || others.contains(type);
    ++others[room ? type : kManyTypes];
  }
};

bool ElfParser::is_writable(std::uint64_t address) {
  if (address - writable_.address < writable_.memory_size) {
    return true;
  }
  const Segment* segment = load_segment_at(address);
  if (segment == nullptr || (segment->flags & kPfWrite) == 0) {
    return false;
  }
  writable_ = *segment;
  return true;
}

void ElfParser::read_relocation_table(const RelocationTable& table, TypeCounts& counts) {
  const std::uint64_t size = word_size() * (table.has_addend ? 3 : 2);
  const std::uint64_t count = table.bytes.size() / size;
  const bool is_mips = file_.header_.machine == kMachineMips;
  std::uint64_t strangers = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t at = i * size;
    std::uint64_t target = 0;
    std::uint32_t symbol = 0;
    std::uint32_t type = 0;
    if (is_64()) {
      const auto info = load_at<std::uint64_t>(table.bytes, at + 8);
      target = load_at<std::uint64_t>(table.bytes, at);
      symbol = is_mips ? load_at<std::uint32_t>(table.bytes, at + 8) : static_cast<std::uint32_t>(info >> 32U);
      type = is_mips ? mips_type(table.bytes.subspan(at + 12, 4)) : static_cast<std::uint32_t>(info);
    } else {
      const auto info = load_at<std::uint32_t>(table.bytes, at + 4);
      target = load_at<std::uint32_t>(table.bytes, at);
      symbol = info >> 8U;
      type = info & 0xffU;
    }
    const bool known = type < TypeCounts::kKnownTypes;
    if (known) {
      ++counts.known[type];
    } else {
      counts.add_other(type);
    }
    if (symbol != 0) {
      if (symbol < file_.symbols_.size()) {
        Symbol& used = file_.symbols_[symbol];
        used.uses |= counts.use(type);
        used.first_use = std::min(used.first_use, static_cast<std::uint32_t>(file_.relocations_.total + i));
      } else {
        ++strangers;
      }
    }
    if (!is_writable(target) && type != 0) {
      ++file_.relocations_.in_read_only_segments;
    }
  }
  file_.relocations_.total += count;
  if (strangers > 0) {
    note(ElfAnomalyKind::relocations, fmt::format("{} of {} relocations name symbols beyond the {} there are",
                                                  strangers, count, file_.symbols_.size()));
  }
}

void ElfParser::read_relocations() {
  const std::uint16_t machine = file_.header_.machine;
  if (relocation_tables_.empty()) {
    read_relr();
    return;
  }
  const auto counts = std::make_unique<TypeCounts>();
  counts->machine = machine;
  counts->last_use = use_of(relocation_kind(machine, counts->last_type));
  for (const RelocationTable& table : relocation_tables_) {
    read_relocation_table(table, *counts);
  }
  RelocationSummary& summary = file_.relocations_;
  for (std::uint32_t type = 0; type < TypeCounts::kKnownTypes; ++type) {
    if (counts->known[type] > 0) {
      summary.by_type.push_back({type, counts->known[type]});
    }
  }
  for (const auto& [type, count] : counts->others) {
    summary.by_type.push_back({type, count});
  }
  for (const RelocationCount& row : summary.by_type) {
    summary.by_kind[static_cast<unsigned>(relocation_kind(machine, row.type))] += row.count;
  }
  read_relr();
}

/// An even word is an address to relocate; an odd one is a bitmap of the words behind the last address.
/// Source: gABI draft "SHT_RELR"; glibc elf/get-dynamic-info.h, elf/dynamic-link.h.
void ElfParser::read_relr() {
  RelocationSummary& summary = file_.relocations_;
  const std::uint64_t word = word_size();
  const std::uint64_t bits = word * 8 - 1;
  summary.relr_words = relr_.size() / word;
  std::uint64_t next = 0; // the address that bit 0 of a bitmap stands for
  for (std::uint64_t i = 0; i < summary.relr_words; ++i) {
    const std::uint64_t entry =
        is_64() ? load_at<std::uint64_t>(relr_, i * word) : load_at<std::uint32_t>(relr_, i * word);
    if ((entry & 1U) == 0) {
      ++summary.relr_relocations;
      summary.in_read_only_segments += is_writable(entry) ? 0 : 1;
      next = entry + word;
      continue;
    }
    const std::uint64_t map = entry >> 1U;
    summary.relr_relocations += static_cast<unsigned>(std::popcount(map));
    const bool whole = is_writable(next) && is_writable(next + (bits - 1) * word);
    for (std::uint64_t bit = 0; !whole && bit < bits; ++bit) {
      if ((map >> bit & 1U) != 0 && !is_writable(next + bit * word)) {
        ++summary.in_read_only_segments;
      }
    }
    next += bits * word;
  }
}

} // namespace wheelforge::elf
