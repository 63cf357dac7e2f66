// Lays the file out: segments with their tables, notes and dynamic section, then the headers that point at them.
#include "tests/support/elf_builder.hpp"

#include "tests/support/elf_headers.hpp"
#include "tests/support/elf_tables.hpp"

#include <algorithm>
#include <functional>

namespace wheelforge::support {
namespace {

class Builder {
public:
  explicit Builder(const ElfSpec& spec) : spec_(spec), tables_(spec), out_(spec.order), word_(spec.word_size()) {}

  BuiltElf build();

private:
  void word(std::uint64_t value) { out_.put(value, word_); }
  void table(const std::string& name, std::uint32_t type, std::uint64_t entry_size, const std::function<void()>& body);
  void write_tables();
  void write_relocations(const std::string& name, const std::vector<ElfRelocation>& rows);
  void write_notes();
  void write_dynamic();
  void fix_dynamic();
  [[nodiscard]] std::vector<std::pair<std::uint64_t, std::string>> addresses() const;
  [[nodiscard]] std::vector<std::pair<std::uint64_t, std::string>> sizes() const;
  void write_sections_not_loaded();
  void segment(std::uint32_t flags, const std::function<void()>& body);

  const ElfSpec& spec_;
  ElfTables tables_;
  ByteWriter out_;
  unsigned word_;
  std::uint64_t shift_ = 0; ///< address minus offset of the segment being written
  std::vector<ElfSegment> segments_;
  std::vector<ElfSection> sections_;
  std::map<std::string, std::uint64_t> sizes_;
  std::uint64_t segments_written_ = 0;
  BuiltElf built_;
};

/// Writes one table, and notes where it is and how long.
void Builder::table(const std::string& name, std::uint32_t type, std::uint64_t entry_size,
                    const std::function<void()>& body) {
  out_.align(8);
  const std::uint64_t start = out_.size();
  built_.offset[name] = start;
  built_.address[name] = start + shift_;
  body();
  sizes_[name] = out_.size() - start;
  sections_.push_back({"." + name, type, 2, start + shift_, start, out_.size() - start, entry_size});
}

void Builder::write_relocations(const std::string& name, const std::vector<ElfRelocation>& rows) {
  if (!rows.empty()) {
    table(name, spec_.has_addends ? 4 : 9, tables_.relocation_size(), [&] { tables_.write_relocations(out_, rows); });
  }
}

void Builder::write_tables() {
  using Hash = ElfSpec::Hash;
  if (spec_.hash == Hash::sysv || spec_.hash == Hash::both) {
    table("hash", 5, 4, [this] { tables_.write_sysv_hash(out_); });
  }
  if (spec_.hash == Hash::gnu || spec_.hash == Hash::both) {
    table("gnu_hash", 0x6ffffff6, 0, [this] { tables_.write_gnu_hash(out_); });
  }
  table("dynsym", 11, spec_.is_64 ? 24 : 16, [this] { tables_.write_symbols(out_); });
  table("dynstr", 3, 0, [this] { tables_.write_strings(out_); });
  if (!spec_.needs.empty() || !spec_.definitions.empty()) {
    table("versym", 0x6fffffff, 2, [this] { tables_.write_version_indices(out_); });
  }
  if (!spec_.needs.empty()) {
    table("verneed", 0x6ffffffe, 0, [this] { tables_.write_needs(out_); });
  }
  if (!spec_.definitions.empty()) {
    table("verdef", 0x6ffffffd, 0, [this] { tables_.write_definitions(out_); });
  }
  write_relocations("rela", spec_.relocations);
  write_relocations("plt", spec_.plt_relocations);
  if (!spec_.relr.empty()) {
    table("relr", 19, word_, [this] { tables_.write_relr(out_); });
  }
}

void Builder::write_notes() {
  if (spec_.notes.empty()) {
    return;
  }
  out_.align(8);
  const std::uint64_t start = out_.size();
  for (const ElfNote& note : spec_.notes) {
    out_.u32(note.owner.size() + 1);
    out_.u32(note.contents.size());
    out_.u32(note.type);
    out_.text(note.owner);
    out_.u8(0);
    out_.align(spec_.note_alignment);
    out_.append(note.contents);
    out_.align(spec_.note_alignment);
  }
  built_.offset["notes"] = start;
  segments_.push_back({4, 4, start, start + shift_, out_.size() - start, out_.size() - start, spec_.note_alignment});
}

/// Writes the entries; what is not placed yet is filled in by fix_dynamic().
void Builder::write_dynamic() {
  out_.align(8);
  const std::uint64_t start = out_.size();
  built_.offset["dynamic"] = start;
  const auto entry = [this](std::uint64_t tag, std::uint64_t value) {
    word(tag);
    built_.dynamic_values[tag] = out_.size();
    word(value);
  };
  for (const std::string& name : spec_.needed) {
    entry(1, tables_.string(name));
  }
  for (const auto& [tag, text] :
       {std::pair(14, spec_.soname), std::pair(15, spec_.rpath), std::pair(29, spec_.runpath)}) {
    if (text) {
      entry(tag, tables_.string(*text));
    }
  }
  for (const auto& [tag, name] : addresses()) {
    entry(tag, 0);
  }
  for (const auto& [tag, name] : sizes()) {
    entry(tag, 0);
  }
  entry(11, spec_.is_64 ? 24 : 16);
  if (!spec_.relocations.empty()) {
    entry(spec_.has_addends ? 9 : 19, tables_.relocation_size());
  }
  if (!spec_.plt_relocations.empty()) {
    entry(20, spec_.has_addends ? 7 : 17);
  }
  if (!spec_.relr.empty()) {
    entry(37, word_);
  }
  if (!spec_.needs.empty()) {
    entry(0x6fffffff, spec_.needs.size());
  }
  if (!spec_.definitions.empty()) {
    entry(0x6ffffffd, spec_.definitions.size());
  }
  for (const auto& [tag, value] : spec_.more_dynamic) {
    entry(tag, value);
  }
  word(0);
  word(0);
  const std::uint64_t size = out_.size() - start;
  segments_.push_back({2, 6, start, start + shift_, size, size, 8});
  sections_.push_back({".dynamic", 6, 3, start + shift_, start, size, 2 * word_});
}

/// The tags that hold addresses of tables that this file has.
std::vector<std::pair<std::uint64_t, std::string>> Builder::addresses() const {
  using Hash = ElfSpec::Hash;
  std::vector<std::pair<std::uint64_t, std::string>> rows{{5, "dynstr"}, {6, "dynsym"}};
  const auto add = [&rows](bool present, std::uint64_t tag, const char* name) {
    if (present) {
      rows.emplace_back(tag, name);
    }
  };
  add(spec_.hash == Hash::sysv || spec_.hash == Hash::both, 4, "hash");
  add(spec_.hash == Hash::gnu || spec_.hash == Hash::both, 0x6ffffef5, "gnu_hash");
  add(!spec_.relocations.empty(), spec_.has_addends ? 7 : 17, "rela");
  add(!spec_.plt_relocations.empty(), 23, "plt");
  add(!spec_.relr.empty(), 36, "relr");
  add(!spec_.needs.empty() || !spec_.definitions.empty(), 0x6ffffff0, "versym");
  add(!spec_.needs.empty(), 0x6ffffffe, "verneed");
  add(!spec_.definitions.empty(), 0x6ffffffc, "verdef");
  return rows;
}

/// The tags that hold sizes of tables that this file has.
std::vector<std::pair<std::uint64_t, std::string>> Builder::sizes() const {
  std::vector<std::pair<std::uint64_t, std::string>> rows{{10, "dynstr"}};
  if (!spec_.relocations.empty()) {
    rows.emplace_back(spec_.has_addends ? 8 : 18, "rela");
  }
  if (!spec_.plt_relocations.empty()) {
    rows.emplace_back(2, "plt");
  }
  if (!spec_.relr.empty()) {
    rows.emplace_back(35, "relr");
  }
  return rows;
}

void Builder::fix_dynamic() {
  for (const auto& [tag, name] : addresses()) {
    out_.set(built_.dynamic_values.at(tag), built_.address.at(name), word_);
  }
  for (const auto& [tag, name] : sizes()) {
    out_.set(built_.dynamic_values.at(tag), sizes_.at(name), word_);
  }
}

/// One PT_LOAD. Each gets another distance between address and offset, so that mixing them up shows.
void Builder::segment(std::uint32_t flags, const std::function<void()>& body) {
  const std::uint64_t align = spec_.load_alignment;
  if (segments_written_ > 0) {
    out_.align(16);
  }
  const std::uint64_t start = segments_written_ == 0 ? 0 : out_.size();
  shift_ = segments_written_ * 16 * align;
  const std::size_t place = segments_.size();
  segments_.push_back({1, flags, start, start + shift_, 0, 0, align});
  ++segments_written_;
  body();
  segments_[place].file_size = out_.size() - start;
  segments_[place].memory_size = out_.size() - start + ((flags & 2U) != 0 ? 256 : 0);
}

/// What no segment loads: comments and debugging information.
void Builder::write_sections_not_loaded() {
  const auto unloaded = [this](const std::string& name, std::uint32_t type, const std::string& contents) {
    sections_.push_back({name, type, 0, 0, out_.size(), contents.size(), 0});
    out_.text(contents);
  };
  std::string comment;
  for (const std::string& text : spec_.comments) {
    comment += text + '\0';
  }
  if (!comment.empty()) {
    unloaded(".comment", 1, comment);
  }
  if (spec_.debug_bytes > 0) {
    unloaded(".debug_info", 1, std::string(spec_.debug_bytes, 'd'));
  }
}

BuiltElf Builder::build() {
  for (const ElfSymbol& symbol : tables_.symbols()) {
    built_.symbol_names.push_back(symbol.name);
  }
  constexpr std::size_t kMostSegments = 12;
  const std::size_t reserved = file_header_size(spec_) + kMostSegments * program_header_size(spec_);
  segment(4, [&] {
    out_.append(Bytes(reserved));
    if (!spec_.interpreter.empty()) {
      segments_.push_back(
          {3, 4, out_.size(), out_.size() + shift_, spec_.interpreter.size() + 1, spec_.interpreter.size() + 1, 1});
      out_.text(spec_.interpreter);
      out_.u8(0);
    }
    write_notes();
    if (!spec_.tables_behind_dynamic) {
      write_tables();
    }
    out_.append(Bytes(spec_.text_bytes));
  });
  segment(6, [&] {
    built_.offset["data"] = out_.size();
    built_.address["data"] = out_.size() + shift_;
    out_.append(Bytes(64));
    if (spec_.dynamic) {
      write_dynamic();
    }
  });
  if (spec_.tables_behind_dynamic) {
    segment(4, [&] { write_tables(); });
  }
  if (spec_.dynamic) {
    fix_dynamic();
  }
  if (spec_.tls) {
    segments_.push_back({7, 4, built_.offset["data"], built_.address["data"], spec_.tls->file_size,
                         spec_.tls->memory_size, spec_.tls->alignment});
  }
  if (spec_.stack_flags) {
    segments_.push_back({0x6474e551, *spec_.stack_flags, 0, 0, 0, 0, 16});
  }
  if (spec_.relro) {
    segments_.push_back({0x6474e552, 4, built_.offset["data"], built_.address["data"], 64, 64, 1});
  }
  write_sections_not_loaded();
  std::uint64_t section_table = 0;
  if (spec_.sections) {
    section_table = write_section_headers(spec_, sections_, out_);
    built_.offset["sections"] = section_table;
  }
  built_.bytes = out_.bytes();
  const Bytes head = file_and_program_headers(spec_, segments_, section_table, sections_.size());
  built_.offset["program_headers"] = file_header_size(spec_);
  std::copy(head.begin(), head.end(), built_.bytes.begin());
  return built_;
}

} // namespace

std::uint64_t BuiltElf::dynamic_value(std::uint64_t tag) const { return dynamic_values.at(tag); }

BuiltElf build_elf(const ElfSpec& spec) { return Builder(spec).build(); }

const std::vector<ElfTarget>& elf_targets() {
  using std::endian;
  static const std::vector<ElfTarget> kTargets{
      {"x86_64", true, endian::little, 62},       {"i686", false, endian::little, 3},
      {"aarch64", true, endian::little, 183},     {"armv7l", false, endian::little, 40},
      {"ppc64le", true, endian::little, 21},      {"ppc64", true, endian::big, 21},
      {"s390x", true, endian::big, 22},           {"riscv64", true, endian::little, 243},
      {"loongarch64", true, endian::little, 258}, {"other", false, endian::big, 20},
  };
  return kTargets;
}

} // namespace wheelforge::support
