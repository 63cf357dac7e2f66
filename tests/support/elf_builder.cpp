// The ELF builder: tables first, then segments, then the headers that point at them.
#include "tests/support/elf_builder.hpp"

#include <algorithm>
#include <functional>
#include <stdexcept>

namespace wheelforge::support {
namespace {

std::uint32_t hash_sysv(const std::string& name) {
  std::uint32_t h = 0;
  for (const char c : name) {
    h = (h << 4U) + static_cast<unsigned char>(c);
    const std::uint32_t g = h & 0xf0000000U;
    h ^= g >> 24U;
    h &= ~g;
  }
  return h;
}

std::uint32_t hash_gnu(const std::string& name) {
  std::uint32_t h = 5381;
  for (const char c : name) {
    h = (h << 5U) + h + static_cast<unsigned char>(c);
  }
  return h;
}

class Builder {
public:
  explicit Builder(const ElfSpec& spec)
      : spec_(spec), out_(spec.order), word_(spec.is_64 ? 8 : 4), header_size_(spec.is_64 ? 64 : 52) {}

  BuiltElf build();

private:
  struct Phdr {
    std::uint32_t type, flags;
    std::uint64_t offset, address, file_size, memory_size, alignment;
  };
  struct Shdr {
    std::string name;
    std::uint32_t type;
    std::uint64_t flags, address, offset, size;
    std::uint64_t entry_size;
  };
  void word(std::uint64_t value) { out_.put(value, word_); }
  std::uint32_t string(const std::string& text);
  void order_symbols();
  void make_strings();
  void table(const std::string& name, std::uint32_t type, std::uint64_t entry_size, const std::function<void()>& body);
  void write_tables();
  void write_hash();
  void write_gnu_hash();
  void write_symbols();
  void write_needs();
  void write_definitions();
  void write_relocations(const std::string& name, const std::vector<ElfRelocation>& rows);
  void write_notes();
  void write_dynamic();
  void fix_dynamic();
  [[nodiscard]] std::vector<std::pair<std::uint64_t, std::string>> addresses() const;
  [[nodiscard]] std::vector<std::pair<std::uint64_t, std::string>> sizes() const;
  void write_headers();
  void write_sections();
  void segment(std::uint32_t flags, const std::function<void()>& body);

  const ElfSpec& spec_;
  ByteWriter out_;
  unsigned word_;
  std::uint64_t header_size_;
  std::uint64_t shift_ = 0; ///< address minus offset of the segment being written
  std::string dynstr_ = std::string(1, '\0');
  std::vector<ElfSymbol> symbols_;
  std::size_t first_defined_ = 1;
  std::vector<Phdr> phdrs_;
  std::vector<Shdr> shdrs_;
  std::map<std::string, std::uint64_t> sizes_;
  std::uint64_t segments_written_ = 0;
  std::uint64_t section_table_ = 0;
  BuiltElf built_;
};

std::uint32_t Builder::string(const std::string& text) {
  const std::size_t found = dynstr_.find(text + '\0');
  if (found != std::string::npos) {
    return static_cast<std::uint32_t>(found);
  }
  dynstr_ += text + '\0';
  return static_cast<std::uint32_t>(dynstr_.size() - text.size() - 1);
}

void Builder::order_symbols() {
  symbols_ = spec_.symbols;
  const auto is_undefined = [](const ElfSymbol& s) { return s.section == 0; };
  const auto middle = std::stable_partition(symbols_.begin(), symbols_.end(), is_undefined);
  std::stable_sort(middle, symbols_.end(), [this](const ElfSymbol& a, const ElfSymbol& b) {
    return hash_gnu(a.name) % spec_.gnu_buckets < hash_gnu(b.name) % spec_.gnu_buckets;
  });
  first_defined_ = 1 + static_cast<std::size_t>(middle - symbols_.begin());
  ElfSymbol null;
  null.type = 0;
  null.bind = 0;
  null.version = 0;
  symbols_.insert(symbols_.begin(), null);
  for (const ElfSymbol& symbol : symbols_) {
    built_.symbol_names.push_back(symbol.name);
  }
}

void Builder::make_strings() {
  for (const std::string& name : spec_.needed) {
    string(name);
  }
  for (const auto& text : {spec_.soname, spec_.rpath, spec_.runpath}) {
    string(text.value_or(""));
  }
  for (const ElfSymbol& symbol : symbols_) {
    string(symbol.name);
  }
  for (const ElfNeed& need : spec_.needs) {
    string(need.file);
    for (const ElfNeedVersion& version : need.versions) {
      string(version.name);
    }
  }
  for (const ElfDefinition& definition : spec_.definitions) {
    string(definition.name);
    for (const std::string& parent : definition.parents) {
      string(parent);
    }
  }
}

/// Writes one table, and notes where it is and how long.
void Builder::table(const std::string& name, std::uint32_t type, std::uint64_t entry_size,
                    const std::function<void()>& body) {
  out_.align(8);
  const std::uint64_t start = out_.size();
  built_.offset[name] = start;
  built_.address[name] = start + shift_;
  body();
  sizes_[name] = out_.size() - start;
  shdrs_.push_back({"." + name, type, 2, start + shift_, start, out_.size() - start, entry_size});
}

void Builder::write_hash() {
  const unsigned width = spec_.wide_sysv_hash ? 8 : 4;
  constexpr std::uint32_t kBuckets = 2;
  std::vector<std::uint32_t> buckets(kBuckets);
  std::vector<std::uint32_t> chains(symbols_.size());
  for (std::uint32_t i = 1; i < symbols_.size(); ++i) {
    std::uint32_t& bucket = buckets[hash_sysv(symbols_[i].name) % kBuckets];
    chains[i] = bucket;
    bucket = i;
  }
  out_.put(kBuckets, width);
  out_.put(symbols_.size(), width);
  for (const std::uint32_t value : buckets) {
    out_.put(value, width);
  }
  for (const std::uint32_t value : chains) {
    out_.put(value, width);
  }
}

void Builder::write_gnu_hash() {
  const auto count = static_cast<std::uint32_t>(symbols_.size());
  const bool empty = first_defined_ == count;
  out_.u32(empty ? 1 : spec_.gnu_buckets);
  out_.u32(empty ? 1 : first_defined_); // as GNU ld writes an empty table
  out_.u32(1);                          // bloom words
  out_.u32(0);
  word(~std::uint64_t{0}); // a filter that lets everything through
  if (empty) {
    out_.u32(0);
    return;
  }
  const auto bucket_of = [this](std::size_t i) { return hash_gnu(symbols_[i].name) % spec_.gnu_buckets; };
  for (std::uint32_t bucket = 0; bucket < spec_.gnu_buckets; ++bucket) {
    std::uint32_t first = 0;
    for (std::uint32_t i = count; i-- > first_defined_;) {
      first = bucket_of(i) == bucket ? i : first;
    }
    out_.u32(first);
  }
  for (std::uint32_t i = static_cast<std::uint32_t>(first_defined_); i < count; ++i) {
    const bool last = i + 1 == count || bucket_of(i + 1) != bucket_of(i);
    out_.u32((hash_gnu(symbols_[i].name) & ~1U) | (last ? 1U : 0U));
  }
}

void Builder::write_symbols() {
  for (const ElfSymbol& symbol : symbols_) {
    const std::uint8_t info = static_cast<std::uint8_t>(symbol.bind << 4U | symbol.type);
    out_.u32(string(symbol.name));
    if (spec_.is_64) {
      out_.u8(info);
      out_.u8(symbol.other);
      out_.u16(symbol.section);
      out_.u64(symbol.value);
      out_.u64(symbol.size);
    } else {
      out_.u32(symbol.value);
      out_.u32(symbol.size);
      out_.u8(info);
      out_.u8(symbol.other);
      out_.u16(symbol.section);
    }
  }
}

void Builder::write_needs() {
  for (std::size_t i = 0; i < spec_.needs.size(); ++i) {
    const ElfNeed& need = spec_.needs[i];
    out_.u16(1);
    out_.u16(need.versions.size());
    out_.u32(string(need.file));
    out_.u32(16);
    out_.u32(i + 1 < spec_.needs.size() ? 16 + 16 * need.versions.size() : 0);
    for (std::size_t k = 0; k < need.versions.size(); ++k) {
      const ElfNeedVersion& version = need.versions[k];
      out_.u32(hash_sysv(version.name));
      out_.u16(version.flags);
      out_.u16(version.index);
      out_.u32(string(version.name));
      out_.u32(k + 1 < need.versions.size() ? 16 : 0);
    }
  }
}

void Builder::write_definitions() {
  for (std::size_t i = 0; i < spec_.definitions.size(); ++i) {
    const ElfDefinition& definition = spec_.definitions[i];
    const std::size_t names = 1 + definition.parents.size();
    out_.u16(1);
    out_.u16(definition.flags);
    out_.u16(definition.index);
    out_.u16(names);
    out_.u32(hash_sysv(definition.name));
    out_.u32(20);
    out_.u32(i + 1 < spec_.definitions.size() ? 20 + 8 * names : 0);
    for (std::size_t k = 0; k < names; ++k) {
      out_.u32(string(k == 0 ? definition.name : definition.parents[k - 1]));
      out_.u32(k + 1 < names ? 8 : 0);
    }
  }
}

void Builder::write_relocations(const std::string& name, const std::vector<ElfRelocation>& rows) {
  if (rows.empty()) {
    return;
  }
  table(name, spec_.has_addends ? 4 : 9, word_ * (spec_.has_addends ? 3 : 2), [&] {
    for (const ElfRelocation& row : rows) {
      const auto& names = built_.symbol_names;
      const auto found = std::find(names.begin(), names.end(), row.symbol);
      if (found == names.end()) {
        throw std::invalid_argument("no symbol " + row.symbol);
      }
      const auto index = static_cast<std::uint64_t>(found - names.begin());
      word(row.target);
      word(spec_.is_64 ? index << 32U | row.type : index << 8U | row.type);
      if (spec_.has_addends) {
        word(0);
      }
    }
  });
}

void Builder::write_tables() {
  using Hash = ElfSpec::Hash;
  if (spec_.hash == Hash::sysv || spec_.hash == Hash::both) {
    table("hash", 5, 4, [this] { write_hash(); });
  }
  if (spec_.hash == Hash::gnu || spec_.hash == Hash::both) {
    table("gnu_hash", 0x6ffffff6, 0, [this] { write_gnu_hash(); });
  }
  table("dynsym", 11, spec_.is_64 ? 24 : 16, [this] { write_symbols(); });
  table("dynstr", 3, 0, [this] { out_.text(dynstr_); });
  if (!spec_.needs.empty() || !spec_.definitions.empty()) {
    table("versym", 0x6fffffff, 2, [this] {
      for (const ElfSymbol& symbol : symbols_) {
        out_.u16(symbol.version);
      }
    });
  }
  if (!spec_.needs.empty()) {
    table("verneed", 0x6ffffffe, 0, [this] { write_needs(); });
  }
  if (!spec_.definitions.empty()) {
    table("verdef", 0x6ffffffd, 0, [this] { write_definitions(); });
  }
  write_relocations("rela", spec_.relocations);
  write_relocations("plt", spec_.plt_relocations);
  if (!spec_.relr.empty()) {
    table("relr", 19, word_, [this] {
      for (const std::uint64_t entry : spec_.relr) {
        word(entry);
      }
    });
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
  phdrs_.push_back({4, 4, start, start + shift_, out_.size() - start, out_.size() - start, spec_.note_alignment});
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
    entry(1, string(name));
  }
  for (const auto& [tag, text] :
       {std::pair(14, spec_.soname), std::pair(15, spec_.rpath), std::pair(29, spec_.runpath)}) {
    if (text) {
      entry(tag, string(*text));
    }
  }
  for (const auto& [tag, name] : addresses()) {
    entry(tag, 0);
  }
  for (const auto& [tag, name] : sizes()) {
    entry(tag, 0);
  }
  entry(11, spec_.is_64 ? 24 : 16);
  const std::uint64_t relocation_size = word_ * (spec_.has_addends ? 3 : 2);
  if (!spec_.relocations.empty()) {
    entry(spec_.has_addends ? 9 : 19, relocation_size);
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
  phdrs_.push_back({2, 6, start, start + shift_, size, size, 8});
  shdrs_.push_back({".dynamic", 6, 3, start + shift_, start, size, 2 * word_});
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
  const std::size_t place = phdrs_.size();
  phdrs_.push_back({1, flags, start, start + shift_, 0, 0, align});
  ++segments_written_;
  body();
  phdrs_[place].file_size = out_.size() - start;
  phdrs_[place].memory_size = out_.size() - start + ((flags & 2U) != 0 ? 256 : 0);
}

void Builder::write_headers() {
  const std::uint64_t phdr_size = spec_.is_64 ? 56 : 32;
  ByteWriter head(spec_.order);
  head.text("\177ELF");
  head.u8(spec_.is_64 ? 2 : 1);
  head.u8(spec_.order == std::endian::little ? 1 : 2);
  head.u8(1);
  head.u8(spec_.osabi);
  head.u64(0);
  head.u16(spec_.type);
  head.u16(spec_.machine);
  head.u32(1);
  head.put(0x1234, word_);
  head.put(header_size_, word_);
  head.put(section_table_, word_);
  head.u32(spec_.flags);
  head.u16(header_size_);
  head.u16(phdr_size);
  head.u16(phdrs_.size());
  head.u16(spec_.is_64 ? 64 : 40);
  head.u16(section_table_ == 0 ? 0 : shdrs_.size());
  head.u16(section_table_ == 0 ? 0 : shdrs_.size() - 1);
  for (const Phdr& p : phdrs_) {
    head.u32(p.type);
    if (spec_.is_64) {
      head.u32(p.flags);
    }
    for (const std::uint64_t value : {p.offset, p.address, p.address, p.file_size, p.memory_size}) {
      head.put(value, word_);
    }
    if (!spec_.is_64) {
      head.u32(p.flags);
    }
    head.put(p.alignment, word_);
  }
  built_.offset["program_headers"] = header_size_;
  std::copy(head.bytes().begin(), head.bytes().end(), built_.bytes.begin());
}

void Builder::write_sections() {
  const auto unloaded = [this](const std::string& name, std::uint32_t type, const std::string& contents) {
    shdrs_.push_back({name, type, 0, 0, out_.size(), contents.size(), 0});
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
  if (!spec_.sections) {
    return;
  }
  std::string names(1, '\0');
  shdrs_.insert(shdrs_.begin(), Shdr{"", 0, 0, 0, 0, 0, 0});
  shdrs_.push_back({".shstrtab", 3, 0, 0, 0, 0, 0});
  std::vector<std::size_t> name_offsets;
  for (const Shdr& s : shdrs_) {
    name_offsets.push_back(s.name.empty() ? 0 : names.size());
    names += s.name.empty() ? "" : s.name + '\0';
  }
  shdrs_.back().offset = out_.size();
  shdrs_.back().size = names.size();
  out_.text(names);
  out_.align(8);
  section_table_ = out_.size();
  built_.offset["sections"] = section_table_;
  const auto index_of = [this](const std::string& name) -> std::uint32_t {
    for (std::uint32_t i = 0; i < shdrs_.size(); ++i) {
      if (shdrs_[i].name == name) {
        return i;
      }
    }
    return 0;
  };
  for (std::size_t i = 0; i < shdrs_.size(); ++i) {
    const Shdr& s = shdrs_[i];
    const bool names_strings =
        s.name == ".dynsym" || s.name == ".dynamic" || s.name == ".verneed" || s.name == ".verdef";
    const bool is_loaded_table = (s.flags & 2U) != 0 && !names_strings && s.name != ".dynstr";
    const std::uint32_t link = names_strings ? index_of(".dynstr") : is_loaded_table ? index_of(".dynsym") : 0;
    const std::uint64_t info = s.name == ".dynsym"    ? 1
                               : s.name == ".verneed" ? spec_.needs.size()
                               : s.name == ".verdef"  ? spec_.definitions.size()
                                                      : 0;
    out_.u32(name_offsets[i]);
    out_.u32(s.type);
    for (const std::uint64_t value : {s.flags, s.address, s.offset, s.size}) {
      word(value);
    }
    out_.u32(link);
    out_.u32(info);
    word(1);
    word(s.entry_size);
  }
}

BuiltElf Builder::build() {
  order_symbols();
  make_strings();
  constexpr std::size_t kMostPhdrs = 12;
  const std::size_t reserved = header_size_ + kMostPhdrs * (spec_.is_64 ? 56 : 32);
  segment(4, [&] {
    out_.append(Bytes(reserved));
    if (!spec_.interpreter.empty()) {
      phdrs_.push_back(
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
    phdrs_.push_back({7, 4, built_.offset["data"], built_.address["data"], spec_.tls->file_size, spec_.tls->memory_size,
                      spec_.tls->alignment});
  }
  if (spec_.stack_flags) {
    phdrs_.push_back({0x6474e551, *spec_.stack_flags, 0, 0, 0, 0, 16});
  }
  if (spec_.relro) {
    phdrs_.push_back({0x6474e552, 4, built_.offset["data"], built_.address["data"], 64, 64, 1});
  }
  write_sections();
  built_.bytes = out_.bytes();
  write_headers();
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
