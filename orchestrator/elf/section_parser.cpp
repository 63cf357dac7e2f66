// The section headers: help only, so whatever is wrong with them is an anomaly.
#include "orchestrator/elf/elf_parser.hpp"

#include <algorithm>
#include <set>

namespace wheelforge::elf {
namespace {

constexpr std::uint64_t kMaxSections = 100'000;
constexpr std::size_t kLongestName = 256;
constexpr std::uint64_t kMaxNames = std::uint64_t{16} << 20U;
constexpr std::uint64_t kMaxComment = 65536;
constexpr std::uint32_t kSymtabType = 2;
constexpr std::uint16_t kExtendedIndex = 0xffff; // SHN_XINDEX

bool is_debug_section(std::string_view name) {
  return name.starts_with(".debug") || name.starts_with(".zdebug") || name == ".gnu_debugdata" || name == ".gdb_index";
}

} // namespace

Result<void> ElfParser::read_sections() {
  const Header& header = file_.header_;
  Sections& sections = file_.sections_;
  if (header.section_headers_offset == 0) {
    return {};
  }
  if (want_sections_ == WantSections::no) {
    sections.state = SectionState::not_read;
    return {};
  }
  sections.state = SectionState::broken;
  const std::uint64_t entry_size = is_64() ? 64 : 40;
  const FileRange first{header.section_headers_offset, entry_size};
  if (header.section_header_size != entry_size || !image_.inside(first)) {
    note(ElfAnomalyKind::section_headers,
         fmt::format("e_shentsize = {} and e_shoff = {}; {} and less than {} are wanted", header.section_header_size,
                     header.section_headers_offset, entry_size, image_.size()));
    return {};
  }
  // Large counts stand in the null section. Source: gABI §4 "ELF header", e_shnum and e_shstrndx.
  std::uint64_t count = header.section_header_count;
  std::uint64_t names_index = header.section_names_index;
  if (count == 0 || names_index == kExtendedIndex) {
    WF_TRY(const auto bytes, fetch(first, "section header"));
    ByteCursor in = cursor(bytes, "section header");
    in.skip(8);
    static_cast<void>(read_word(in));
    static_cast<void>(read_word(in));
    static_cast<void>(read_word(in));
    const std::uint64_t size = read_word(in);
    const std::uint32_t link = in.u32();
    count = count == 0 ? size : count;
    names_index = names_index == kExtendedIndex ? link : names_index;
  }
  if (count == 0) {
    sections.state = SectionState::absent;
    return {};
  }
  if (count > kMaxSections || !image_.inside({header.section_headers_offset, count * entry_size})) {
    note(ElfAnomalyKind::section_headers, fmt::format("{} section headers at {} are not inside the file of {} bytes",
                                                      count, header.section_headers_offset, image_.size()));
    return {};
  }
  WF_TRY_VOID(read_section_table(count, names_index));
  return read_comment();
}

Result<void> ElfParser::read_section_table(std::uint64_t count, std::uint64_t names_index) {
  const std::uint64_t entry_size = is_64() ? 64 : 40;
  WF_TRY(const auto bytes, fetch({file_.header_.section_headers_offset, count * entry_size}, "section header table"));
  ByteCursor in = cursor(bytes, "section header table");
  std::vector<std::uint32_t> names;
  std::vector<Section>& all = file_.sections_.all;
  for (std::uint64_t i = 0; i < count; ++i) {
    Section section;
    names.push_back(in.u32());
    section.type = in.u32();
    section.flags = read_word(in);
    section.address = read_word(in);
    section.offset = read_word(in);
    section.size = read_word(in);
    section.link = in.u32();
    in.skip(4); // sh_info
    static_cast<void>(read_word(in));
    section.entry_size = read_word(in);
    if (!image_.inside({section.offset, section.size_in_file()}) && section.type != 0) {
      note(ElfAnomalyKind::section_headers,
           fmt::format("section {} of {} bytes at {} is not inside the file of {} bytes", i, section.size,
                       section.offset, image_.size()));
    }
    all.push_back(std::move(section));
  }
  WF_CHECK(in.ok());
  if (names_index < count && all[names_index].size <= kMaxNames && all[names_index].type != 8) {
    const FileRange range{all[names_index].offset, all[names_index].size};
    if (image_.inside(range)) {
      WF_TRY(const auto table, fetch(range, "section name table"));
      const std::string_view text(reinterpret_cast<const char*>(table.data()), table.size());
      for (std::uint64_t i = 0; i < count; ++i) {
        const std::string_view rest = text.substr(std::min<std::size_t>(names[i], text.size()), kLongestName);
        all[i].name = rest.substr(0, rest.find('\0'));
      }
    }
  }
  file_.sections_.state = SectionState::read;
  sum_up_sections();
  return {};
}

void ElfParser::sum_up_sections() {
  Sections& sections = file_.sections_;
  for (const Section& section : sections.all) {
    const std::uint64_t size = std::min(section.size_in_file(), image_.size());
    if (is_debug_section(section.name)) {
      sections.debug_bytes += size;
    }
    if (section.type == kSymtabType) {
      const Section* names = section.link < sections.all.size() ? &sections.all[section.link] : nullptr;
      sections.symtab_bytes += size + (names != nullptr ? std::min(names->size_in_file(), image_.size()) : 0);
    }
  }
}

Result<void> ElfParser::read_comment() {
  const Section* comment = file_.sections_.find(".comment");
  if (comment == nullptr || comment->type == 8) {
    return {};
  }
  const FileRange range{comment->offset, std::min(comment->size, kMaxComment)};
  if (!image_.inside(range)) {
    return {}; // said already
  }
  WF_TRY(const auto bytes, fetch(range, ".comment"));
  std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  std::set<std::string_view> strings;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\0'), text.size());
    if (end > 0) {
      strings.insert(text.substr(0, end));
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  file_.sections_.compilers.assign(strings.begin(), strings.end());
  return {};
}

} // namespace wheelforge::elf
