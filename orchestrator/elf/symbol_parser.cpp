// The dynamic symbol table: how long it is, which nothing says outright, and what it holds.
#include "orchestrator/elf/elf_parser.hpp"

#include <algorithm>

namespace wheelforge::elf {
namespace {

constexpr std::uint32_t kSectionDynsym = 11; // SHT_DYNSYM
constexpr std::uint16_t kMachineAlpha = 0x9026;
constexpr std::uint16_t kVersionHidden = 0x8000;
/// Bytes of hash chain asked for at a time.
constexpr std::uint64_t kChainBlock = 4096;

} // namespace

Result<void> ElfParser::count_symbols() {
  const DynamicSection& dynamic = file_.dynamic_;
  const auto symtab = dynamic.value(dt::kSymtab);
  if (!symtab) {
    return {};
  }
  WF_TRY(const auto by_sysv, count_by_sysv_hash());
  WF_TRY(const auto by_gnu, count_by_gnu_hash());
  const auto by_sections = count_by_sections();
  if (by_sysv || by_gnu) {
    symbol_count_ = std::max(by_sysv.value_or(0), by_gnu.value_or(0));
  } else {
    symbol_count_ = by_sections ? *by_sections : count_by_distance();
  }
  if ((by_sysv && *by_sysv != symbol_count_) || (by_gnu && *by_gnu != symbol_count_) ||
      (by_sections && *by_sections != symbol_count_)) {
    const auto text = [](std::optional<std::uint64_t> count) { return count ? std::to_string(*count) : "nothing"; };
    note(ElfAnomalyKind::symbol_count,
         fmt::format("number of symbols: DT_HASH says {}, DT_GNU_HASH {}, section headers {}", text(by_sysv),
                     text(by_gnu), text(by_sections)));
  }
  if (symbol_count_ == 0) {
    return {};
  }
  if (symbol_count_ > image_.size() / symbol_size()) {
    return fail(ErrorKind::invalid_data, "{} dynamic symbols need {} bytes each, the file has {}", symbol_count_,
                symbol_size(), image_.size());
  }
  WF_TRY(const FileRange symbols, locate(*symtab, symbol_count_ * symbol_size(), "DT_SYMTAB"));
  WF_TRY_VOID(request(symbols, "DT_SYMTAB", symtab_));
  if (const auto versym = dynamic.value(dt::kVersym)) {
    WF_TRY(const FileRange versions, locate(*versym, symbol_count_ * 2, "DT_VERSYM"));
    WF_TRY_VOID(request(versions, "DT_VERSYM", versym_));
  }
  return {};
}

/// nchain of DT_HASH is the number of symbols. Source: gABI §5 "Hash Table"; on Alpha and 64-bit S/390 its entries have
/// 8 bytes.
Result<std::optional<std::uint64_t>> ElfParser::count_by_sysv_hash() {
  const auto address = file_.dynamic_.value(dt::kHash);
  if (!address) {
    return std::nullopt;
  }
  const std::uint16_t machine = file_.header_.machine;
  const bool wide = machine == kMachineAlpha || (machine == kMachineS390 && is_64());
  const std::uint64_t entry = wide ? 8 : 4;
  WF_TRY(const FileRange range, locate(*address, 2 * entry, "DT_HASH"));
  WF_TRY(const auto bytes, fetch(range, "DT_HASH"));
  return wide ? load_at<std::uint64_t>(bytes, entry) : load_at<std::uint32_t>(bytes, entry);
}

/// The last symbol of the longest chain is the last symbol of all; unknown when the table is empty.
/// Source: binutils bfd/elflink.c; glibc elf/dl-lookup.c.
Result<std::optional<std::uint64_t>> ElfParser::count_by_gnu_hash() {
  const auto address = file_.dynamic_.value(dt::kGnuHash);
  if (!address) {
    return std::nullopt;
  }
  constexpr std::uint64_t kHeaderSize = 16;
  WF_TRY(const FileRange head, locate(*address, kHeaderSize, "DT_GNU_HASH"));
  WF_TRY(const auto header, fetch(head, "DT_GNU_HASH"));
  const std::uint64_t buckets = load_at<std::uint32_t>(header, 0);
  const std::uint64_t first = load_at<std::uint32_t>(header, 4);
  const std::uint64_t bloom_bytes = load_at<std::uint32_t>(header, 8) * word_size();
  WF_TRY(const FileRange range, locate(*address + kHeaderSize + bloom_bytes, buckets * 4, "DT_GNU_HASH buckets"));
  WF_TRY(const auto table, fetch(range, "DT_GNU_HASH buckets"));
  std::uint64_t last = 0;
  for (std::uint64_t i = 0; i < buckets; ++i) {
    last = std::max<std::uint64_t>(last, load_at<std::uint32_t>(table, i * 4));
  }
  if (last == 0) {
    return std::nullopt;
  }
  if (last < first) {
    return fail(ErrorKind::invalid_data, "a bucket of DT_GNU_HASH begins with symbol {}, the first hashed one is {}",
                last, first);
  }
  const std::uint64_t chains = *address + kHeaderSize + bloom_bytes + buckets * 4;
  const std::uint64_t usual_end = next_table_after(chains);
  while (true) {
    const std::uint64_t chain = chains + (last - first) * 4;
    const Segment* segment = load_segment_at(chain);
    const std::uint64_t room =
        segment == nullptr ? 0 : segment->file_size - std::min(segment->file_size, chain - segment->address);
    const std::uint64_t usual_room = chain < usual_end ? usual_end - chain : room;
    const std::uint64_t size = std::clamp<std::uint64_t>(std::min(room, usual_room) / 4 * 4, 4, kChainBlock);
    WF_TRY(const FileRange block, locate(chain, size, "DT_GNU_HASH chains"));
    const auto bytes = fetch(block, "DT_GNU_HASH chains");
    if (!bytes) {
      widen_missing(chain, block);
      return tl::unexpected(bytes.error());
    }
    for (std::uint64_t i = 0; i < block.size; i += 4, ++last) {
      if ((load_at<std::uint32_t>(*bytes, i) & 1U) != 0) {
        return last + 1;
      }
    }
  }
}

std::optional<std::uint64_t> ElfParser::count_by_sections() const {
  const auto symtab = file_.dynamic_.value(dt::kSymtab);
  for (const Section& section : file_.sections_.all) {
    if (section.type == kSectionDynsym && symtab && section.address == *symtab) {
      return section.size / symbol_size();
    }
  }
  return std::nullopt;
}

/// With neither a filled hash table nor section headers: the tables stand next to each other, so the next one ends
/// this one.
std::uint64_t ElfParser::count_by_distance() const {
  const std::uint64_t symtab = *file_.dynamic_.value(dt::kSymtab);
  std::uint64_t count = (next_table_after(symtab) - symtab) / symbol_size();
  if (const auto versym = file_.dynamic_.value(dt::kVersym)) {
    count = std::min(count, (next_table_after(*versym) - *versym) / 2);
  }
  return count;
}

/// What is missing at `address` belongs to a table of unknown size: asks for more of it at once.
void ElfParser::widen_missing(std::uint64_t address, FileRange asked) {
  constexpr std::uint64_t kBlock = std::uint64_t{1} << 20U;
  if (missing_.empty() || missing_.back() != asked) {
    return; // it was refused for another reason
  }
  FileRange& range = missing_.back();
  const std::uint64_t room = std::min(next_table_after(address) - address, image_.size() - range.offset);
  range.size = std::max(range.size, std::min(room, kBlock));
}

/// The lowest address above `address` at which a table or the segment's end is.
std::uint64_t ElfParser::next_table_after(std::uint64_t address) const {
  constexpr std::array kTables{dt::kHash,   dt::kGnuHash, dt::kStrtab, dt::kSymtab,  dt::kRela,   dt::kRel,
                               dt::kJmpRel, dt::kRelr,    dt::kVersym, dt::kVerneed, dt::kVerdef, dt::kInit};
  const Segment* segment = load_segment_at(address);
  if (segment == nullptr) {
    return address;
  }
  std::uint64_t next = std::max(address, segment->address + segment->file_size);
  for (const std::uint64_t tag : kTables) {
    const auto table = file_.dynamic_.value(tag);
    if (table && *table > address) {
      next = std::min(next, *table);
    }
  }
  return next;
}

/// Unlike string_at() this takes a name that the table's end cuts off, and tells nothing but where it is wrong.
std::optional<std::string_view> ElfParser::symbol_name(std::uint32_t offset) {
  const std::string_view table = file_.strings_;
  if (offset >= table.size()) {
    return offset == 0 ? std::optional(std::string_view()) : std::nullopt;
  }
  const char* start = table.data() + offset;
  const auto room = static_cast<std::size_t>(std::min<std::uint64_t>(table.size() - offset, string_budget_));
  const void* end = std::memchr(start, '\0', room);
  const std::size_t length = end != nullptr ? static_cast<std::size_t>(static_cast<const char*>(end) - start) : room;
  string_budget_ -= length;
  return std::string_view(start, length);
}

Result<void> ElfParser::read_symbols() {
  const std::uint64_t size = symbol_size();
  const std::uint64_t count = symtab_.size() / size;
  std::uint64_t nameless = 0;
  std::uint64_t versionless = 0;
  file_.symbols_.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto bytes = symtab_.subspan(i * size, size);
    Symbol symbol;
    const auto name_offset = load_at<std::uint32_t>(bytes, 0);
    const auto info = std::to_integer<unsigned>(bytes[is_64() ? 4 : 12]);
    symbol.other = std::to_integer<std::uint8_t>(bytes[is_64() ? 5 : 13]);
    symbol.section = load_at<std::uint16_t>(bytes, is_64() ? 6 : 14);
    symbol.value = is_64() ? load_at<std::uint64_t>(bytes, 8) : load_at<std::uint32_t>(bytes, 4);
    symbol.size = is_64() ? load_at<std::uint64_t>(bytes, 16) : load_at<std::uint32_t>(bytes, 8);
    symbol.bind = static_cast<SymbolBind>(info >> 4U);
    symbol.type = static_cast<SymbolType>(info & 15U);
    symbol.visibility = static_cast<SymbolVisibility>(symbol.other & 3U);
    if (!versym_.empty()) {
      const auto version = load_at<std::uint16_t>(versym_, i * 2);
      symbol.version = version & static_cast<std::uint16_t>(~kVersionHidden);
      symbol.version_hidden = (version & kVersionHidden) != 0;
      const bool named = symbol.version < file_.versions_.size() && !file_.versions_[symbol.version].name.empty();
      versionless += symbol.version > kVersionGlobal && !named ? 1 : 0;
    }
    const auto name = symbol_name(name_offset);
    nameless += name ? 0 : 1;
    symbol.name = name.value_or(std::string_view());
    if (string_budget_ == 0) {
      return fail(ErrorKind::invalid_data, "the names of {} dynamic symbols overlap in a string table of {} bytes",
                  count, file_.strings_.size());
    }
    file_.symbols_.push_back(symbol);
  }
  if (nameless > 0) {
    note(ElfAnomalyKind::symbol_names,
         fmt::format("{} of {} symbols have names outside of the string table of {} bytes", nameless, count,
                     file_.strings_.size()));
  }
  if (versionless > 0) {
    note(ElfAnomalyKind::versions,
         fmt::format("{} of {} symbols have a version that is not defined", versionless, count));
  }
  return {};
}

} // namespace wheelforge::elf
