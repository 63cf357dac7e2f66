// The dynamic section: its entries, the strings they name, and where the tables are.
#include "orchestrator/elf/elf_parser.hpp"

#include <algorithm>

namespace wheelforge::elf {
namespace {

/// Tags that may stand only once: loaders take the last, other tools the first.
constexpr std::array kUniqueTags{dt::kPltRelSize, dt::kHash,    dt::kStrtab, dt::kSymtab,  dt::kRela,     dt::kRelaSize,
                                 dt::kStrSize,    dt::kSoname,  dt::kRpath,  dt::kRel,     dt::kRelSize,  dt::kPltRel,
                                 dt::kJmpRel,     dt::kRunpath, dt::kFlags,  dt::kRelr,    dt::kRelrSize, dt::kGnuHash,
                                 dt::kVersym,     dt::kFlags1,  dt::kVerdef, dt::kVerneed, dt::kSymEntry};

/// Strings may share storage; a file in which they do so without end is not read. Beyond the size of the string table.
constexpr std::uint64_t kStringBudget = std::uint64_t{64} << 20U;

} // namespace

Result<void> ElfParser::read_dynamic() {
  const Segment* dynamic = nullptr;
  for (const Segment& segment : file_.segments_) {
    dynamic = segment.type == kPtDynamic ? &segment : dynamic; // loaders take the last
  }
  if (dynamic == nullptr) {
    return {};
  }
  if (dynamic->file_size == 0) {
    note(ElfAnomalyKind::dynamic, "PT_DYNAMIC is empty: the file holds debug information only");
    return {};
  }
  // The loader reads it where it was mapped to, other tools at p_offset.
  WF_TRY(const FileRange range, locate(dynamic->address, dynamic->file_size, "PT_DYNAMIC"));
  if (range.offset != dynamic->offset) {
    note(ElfAnomalyKind::dynamic, fmt::format("PT_DYNAMIC is at offset {:#x}, its address {:#x} maps to {:#x}",
                                              dynamic->offset, dynamic->address, range.offset));
  }
  WF_TRY(const auto bytes, fetch(range, "PT_DYNAMIC"));
  ByteCursor in = cursor(bytes, "dynamic section");
  bool closed = false;
  while (!closed && in.left() >= 2 * word_size()) {
    const std::uint64_t tag = read_word(in);
    const std::uint64_t value = read_word(in);
    closed = tag == dt::kNull;
    if (!closed) {
      file_.dynamic_.entries.push_back({tag, value});
    }
  }
  if (!closed) {
    note(ElfAnomalyKind::dynamic, "the dynamic section has no DT_NULL at its end");
  }
  file_.is_dynamic_ = true;
  file_.dynamic_.flags = file_.dynamic_.value(dt::kFlags).value_or(0);
  file_.dynamic_.flags_1 = file_.dynamic_.value(dt::kFlags1).value_or(0);
  for (const std::uint64_t tag : kUniqueTags) {
    const auto& entries = file_.dynamic_.entries;
    const auto same = [tag](const DynamicEntry& entry) { return entry.tag == tag; };
    const auto first = std::find_if(entries.begin(), entries.end(), same);
    if (first != entries.end() && first->value != *file_.dynamic_.value(tag)) {
      note(ElfAnomalyKind::dynamic, fmt::format("tag {:#x} stands more than once, with values {:#x} and {:#x}", tag,
                                                first->value, *file_.dynamic_.value(tag)));
    }
  }
  return {};
}

Result<void> ElfParser::locate_relocations(std::uint64_t table, std::uint64_t size, std::uint64_t entry,
                                           bool has_addend) {
  const DynamicSection& dynamic = file_.dynamic_;
  const auto address = dynamic.value(table);
  const std::uint64_t bytes = dynamic.value(size).value_or(0);
  if (!address || bytes == 0) {
    return {};
  }
  const std::uint64_t wanted = word_size() * (has_addend ? 3 : 2);
  const std::uint64_t stated = dynamic.value(entry).value_or(wanted);
  if (stated != wanted || bytes % wanted != 0) {
    return fail(ErrorKind::invalid_data, "the relocation table has {} bytes in entries of {}; entries of {} are wanted",
                bytes, stated, wanted);
  }
  WF_TRY(FileRange range, locate(*address, bytes, "relocation table"));
  // Some linkers let DT_RELASZ cover the PLT's relocations, which stand behind the others: they count once.
  for (const RelocationTable& other : relocation_tables_) {
    const bool inside = other.range.offset <= range.offset && range.end() <= other.range.end();
    if (inside && other.has_addend == has_addend) {
      return {};
    }
  }
  RelocationTable found{{}, range, has_addend};
  WF_TRY_VOID(request(range, "relocation table", found.bytes));
  relocation_tables_.push_back(found);
  return {};
}

Result<void> ElfParser::locate_tables() {
  const DynamicSection& dynamic = file_.dynamic_;
  const auto strtab = dynamic.value(dt::kStrtab);
  const std::uint64_t strtab_size = dynamic.value(dt::kStrSize).value_or(0);
  if (strtab && strtab_size > 0) {
    WF_TRY(const FileRange range, locate(*strtab, strtab_size, "DT_STRTAB"));
    WF_TRY_VOID(request(range, "DT_STRTAB", strtab_));
  }
  const std::uint64_t entry = dynamic.value(dt::kSymEntry).value_or(symbol_size());
  if (entry != symbol_size()) {
    return fail(ErrorKind::invalid_data, "DT_SYMENT = {}, {} is wanted", entry, symbol_size());
  }
  WF_TRY_VOID(locate_relocations(dt::kRela, dt::kRelaSize, dt::kRelaEntry, true));
  WF_TRY_VOID(locate_relocations(dt::kRel, dt::kRelSize, dt::kRelEntry, false));
  const std::uint64_t plt_kind = dynamic.value(dt::kPltRel).value_or(is_64() ? dt::kRela : dt::kRel);
  if (plt_kind != dt::kRela && plt_kind != dt::kRel) {
    return fail(ErrorKind::invalid_data, "DT_PLTREL = {}, 7 (DT_RELA) or 17 (DT_REL) is wanted", plt_kind);
  }
  const bool plt_addend = plt_kind == dt::kRela;
  WF_TRY_VOID(
      locate_relocations(dt::kJmpRel, dt::kPltRelSize, plt_addend ? dt::kRelaEntry : dt::kRelEntry, plt_addend));

  const auto relr = dynamic.value(dt::kRelr);
  const std::uint64_t relr_size = dynamic.value(dt::kRelrSize).value_or(0);
  file_.relocations_.has_relr = relr.has_value();
  if (relr && relr_size > 0) {
    if (dynamic.value(dt::kRelrEntry).value_or(word_size()) != word_size() || relr_size % word_size() != 0) {
      return fail(ErrorKind::invalid_data, "DT_RELR has {} bytes in entries of {}; entries of {} are wanted", relr_size,
                  dynamic.value(dt::kRelrEntry).value_or(word_size()), word_size());
    }
    WF_TRY(const FileRange range, locate(*relr, relr_size, "DT_RELR"));
    WF_TRY_VOID(request(range, "DT_RELR", relr_));
  }
  return all_fetched();
}

Result<std::string_view> ElfParser::string_at(std::uint64_t offset, std::string_view what) {
  const std::string_view table = file_.strings_;
  if (offset >= table.size()) {
    return fail(ErrorKind::invalid_data, "{} names string {:#x}, the string table has {:#x} bytes", what, offset,
                table.size());
  }
  const char* start = table.data() + offset;
  const std::size_t room = table.size() - static_cast<std::size_t>(offset);
  const void* end = std::memchr(start, '\0', std::min<std::uint64_t>(room, string_budget_));
  if (end == nullptr) {
    return fail(ErrorKind::invalid_data, "{} names string {:#x}, which has no end{}", what, offset,
                room < string_budget_ ? " in the string table" : " within what honest strings take together");
  }
  const auto length = static_cast<std::size_t>(static_cast<const char*>(end) - start);
  string_budget_ -= length;
  return std::string_view(start, length);
}

Result<void> ElfParser::read_dynamic_strings() {
  // Everything that names something points into it: it is kept, or copied where its bytes are only borrowed.
  file_.strings_owner_ = image_.owner_of(strtab_);
  if (!file_.strings_owner_) {
    const auto copy = std::make_shared<const std::vector<std::byte>>(strtab_.begin(), strtab_.end());
    strtab_ = *copy;
    file_.strings_owner_ = copy;
  }
  file_.strings_ = {reinterpret_cast<const char*>(strtab_.data()), strtab_.size()};
  string_budget_ = kStringBudget + 4 * strtab_.size();
  DynamicSection& dynamic = file_.dynamic_;
  for (const DynamicEntry& entry : dynamic.entries) {
    const auto text = [&](std::string_view what) { return string_at(entry.value, what); };
    switch (entry.tag) {
    case dt::kNeeded: {
      WF_TRY(const auto name, text("DT_NEEDED"));
      dynamic.needed.push_back(name);
      break;
    }
    case dt::kSoname: {
      WF_TRY(dynamic.soname, text("DT_SONAME"));
      break;
    }
    case dt::kRpath: {
      WF_TRY(dynamic.rpath, text("DT_RPATH"));
      break;
    }
    case dt::kRunpath: {
      WF_TRY(dynamic.runpath, text("DT_RUNPATH"));
      break;
    }
    case dt::kAudit:
    case dt::kDepaudit: {
      WF_TRY(const auto name, text("DT_AUDIT"));
      dynamic.audit.push_back(name);
      break;
    }
    case dt::kFilter:
    case dt::kAuxiliary: {
      WF_TRY(const auto name, text("DT_FILTER"));
      dynamic.filters.push_back(name);
      break;
    }
    default:
      break;
    }
  }
  return {};
}

} // namespace wheelforge::elf
