// Writes the tables that a dynamic loader reads, byte by byte.
#include "tests/support/elf_tables.hpp"

#include <algorithm>
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

} // namespace

ElfTables::ElfTables(const ElfSpec& spec) : spec_(spec) {
  order_symbols();
  make_strings();
}

std::uint32_t ElfTables::string(const std::string& text) {
  const std::size_t found = dynstr_.find(text + '\0');
  if (found != std::string::npos) {
    return static_cast<std::uint32_t>(found);
  }
  dynstr_ += text + '\0';
  return static_cast<std::uint32_t>(dynstr_.size() - text.size() - 1);
}

void ElfTables::order_symbols() {
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
}

void ElfTables::make_strings() {
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

void ElfTables::write_sysv_hash(ByteWriter& out) const {
  const unsigned width = spec_.wide_sysv_hash ? 8 : 4;
  constexpr std::uint32_t kBuckets = 2;
  std::vector<std::uint32_t> buckets(kBuckets);
  std::vector<std::uint32_t> chains(symbols_.size());
  for (std::uint32_t i = 1; i < symbols_.size(); ++i) {
    std::uint32_t& bucket = buckets[hash_sysv(symbols_[i].name) % kBuckets];
    chains[i] = bucket;
    bucket = i;
  }
  out.put(kBuckets, width);
  out.put(symbols_.size(), width);
  for (const std::uint32_t value : buckets) {
    out.put(value, width);
  }
  for (const std::uint32_t value : chains) {
    out.put(value, width);
  }
}

void ElfTables::write_gnu_hash(ByteWriter& out) const {
  const auto count = static_cast<std::uint32_t>(symbols_.size());
  const bool empty = first_defined_ == count;
  out.u32(empty ? 1 : spec_.gnu_buckets);
  out.u32(empty ? 1 : first_defined_); // as GNU ld writes an empty table
  out.u32(1);                          // bloom words
  out.u32(0);
  out.put(~std::uint64_t{0}, spec_.word_size()); // a filter that lets everything through
  if (empty) {
    out.u32(0);
    return;
  }
  const auto bucket_of = [this](std::size_t i) { return hash_gnu(symbols_[i].name) % spec_.gnu_buckets; };
  for (std::uint32_t bucket = 0; bucket < spec_.gnu_buckets; ++bucket) {
    std::uint32_t first = 0;
    for (std::uint32_t i = count; i-- > first_defined_;) {
      first = bucket_of(i) == bucket ? i : first;
    }
    out.u32(first);
  }
  for (std::uint32_t i = static_cast<std::uint32_t>(first_defined_); i < count; ++i) {
    const bool last = i + 1 == count || bucket_of(i + 1) != bucket_of(i);
    out.u32((hash_gnu(symbols_[i].name) & ~1U) | (last ? 1U : 0U));
  }
}

void ElfTables::write_symbols(ByteWriter& out) {
  for (const ElfSymbol& symbol : symbols_) {
    const std::uint8_t info = static_cast<std::uint8_t>(symbol.bind << 4U | symbol.type);
    out.u32(string(symbol.name));
    if (spec_.is_64) {
      out.u8(info);
      out.u8(symbol.other);
      out.u16(symbol.section);
      out.u64(symbol.value);
      out.u64(symbol.size);
    } else {
      out.u32(symbol.value);
      out.u32(symbol.size);
      out.u8(info);
      out.u8(symbol.other);
      out.u16(symbol.section);
    }
  }
}

void ElfTables::write_strings(ByteWriter& out) const { out.text(dynstr_); }

void ElfTables::write_version_indices(ByteWriter& out) const {
  for (const ElfSymbol& symbol : symbols_) {
    out.u16(symbol.version);
  }
}

void ElfTables::write_needs(ByteWriter& out) {
  for (std::size_t i = 0; i < spec_.needs.size(); ++i) {
    const ElfNeed& need = spec_.needs[i];
    out.u16(1);
    out.u16(need.versions.size());
    out.u32(string(need.file));
    out.u32(16);
    out.u32(i + 1 < spec_.needs.size() ? 16 + 16 * need.versions.size() : 0);
    for (std::size_t k = 0; k < need.versions.size(); ++k) {
      const ElfNeedVersion& version = need.versions[k];
      out.u32(hash_sysv(version.name));
      out.u16(version.flags);
      out.u16(version.index);
      out.u32(string(version.name));
      out.u32(k + 1 < need.versions.size() ? 16 : 0);
    }
  }
}

void ElfTables::write_definitions(ByteWriter& out) {
  for (std::size_t i = 0; i < spec_.definitions.size(); ++i) {
    const ElfDefinition& definition = spec_.definitions[i];
    const std::size_t names = 1 + definition.parents.size();
    out.u16(1);
    out.u16(definition.flags);
    out.u16(definition.index);
    out.u16(names);
    out.u32(hash_sysv(definition.name));
    out.u32(20);
    out.u32(i + 1 < spec_.definitions.size() ? 20 + 8 * names : 0);
    for (std::size_t k = 0; k < names; ++k) {
      out.u32(string(k == 0 ? definition.name : definition.parents[k - 1]));
      out.u32(k + 1 < names ? 8 : 0);
    }
  }
}

void ElfTables::write_relocations(ByteWriter& out, const std::vector<ElfRelocation>& rows) const {
  const unsigned word = spec_.word_size();
  for (const ElfRelocation& row : rows) {
    const auto found = std::find_if(symbols_.begin(), symbols_.end(),
                                    [&row](const ElfSymbol& symbol) { return symbol.name == row.symbol; });
    if (found == symbols_.end()) {
      throw std::invalid_argument("no symbol " + row.symbol);
    }
    const auto index = static_cast<std::uint64_t>(found - symbols_.begin());
    out.put(row.target, word);
    out.put(spec_.is_64 ? index << 32U | row.type : index << 8U | row.type, word);
    if (spec_.has_addends) {
      out.put(0, word);
    }
  }
}

void ElfTables::write_relr(ByteWriter& out) const {
  for (const std::uint64_t entry : spec_.relr) {
    out.put(entry, spec_.word_size());
  }
}

} // namespace wheelforge::support
