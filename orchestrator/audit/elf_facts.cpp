// From a parsed ELF file to the facts that the audit keeps.
#include "orchestrator/audit/elf_facts.hpp"

#include <algorithm>
#include <cstring>

namespace wheelforge::audit {
namespace {

constexpr std::uint32_t kSectionSymtab = 2;
constexpr std::uint32_t kSectionNote = 7; // SHT_NOTE
constexpr std::uint32_t kSectionDynsym = 11;
constexpr std::uint32_t kSectionVerneed = 0x6ffffffe; // SHT_GNU_verneed
constexpr std::uint32_t kArmEabiMask = 0xff000000;
constexpr std::uint32_t kArmEabi5 = 0x05000000;
constexpr std::uint32_t kArmHardFloat = 0x400;

bool starts_with(std::string_view text, std::string_view prefix) { return text.substr(0, prefix.size()) == prefix; }

bool ends_with(std::string_view text, std::string_view suffix) {
  return text.size() >= suffix.size() && text.substr(text.size() - suffix.size()) == suffix;
}

/// Names of the C API: Py_…, PyX…, _Py…; a mangled C++ name never begins so.
bool is_python_name(std::string_view name) {
  return (starts_with(name, "Py") && name.size() > 2 && (name[2] == '_' || (name[2] >= 'A' && name[2] <= 'Z'))) ||
         (starts_with(name, "_Py") && name.size() > 3);
}

std::vector<std::string> owned(const std::vector<std::string_view>& views) { return {views.begin(), views.end()}; }

/// What auditwheel would find under the section names it looks for.
SectionView section_view(const elf::ElfFile& file) {
  const elf::Sections& sections = file.sections();
  if (sections.state == elf::SectionState::not_read) {
    return {true, true, true,
            false}; // the header says that they are there; nothing that a loader follows contradicts it
  }
  if (sections.state != elf::SectionState::read) {
    return {};
  }
  const elf::Section* symbols = sections.find(".dynsym");
  const elf::Section* versions = sections.find(".gnu.version_r");
  SectionView view{symbols != nullptr, versions != nullptr, false, false};
  view.is_hollow = (symbols != nullptr && symbols->type != kSectionDynsym && symbols->type != kSectionSymtab) ||
                   (versions != nullptr && versions->type != kSectionVerneed);
  view.has_x86_isa_note = std::any_of(sections.all.begin(), sections.all.end(),
                                      [](const elf::Section& section) { return section.type == kSectionNote; });
  return view;
}

/// Walks once over the symbols and sorts what it sees into the facts.
class SymbolCollector {
public:
  SymbolCollector(ElfFacts& facts, const elf::ElfFile& file) : facts_(facts), file_(file) {
    const std::string_view name = file_name_of(facts.path);
    const std::string_view module = name.substr(0, name.find('.'));
    python3_entry_ = fmt::format("PyInit_{}", module);
    python2_entry_ = fmt::format("init{}", module);
    pypy_entry_ = fmt::format("_cffi_pypyinit_{}", module);
    export_entry_ = fmt::format("PyModExport_{}", module);
    for (const elf::VersionNeed& need : file.version_needs()) {
      NeededLibrary& library = facts.versions.emplace_back(NeededLibrary{std::string(need.file), {}});
      for (const elf::NeededVersion& version : need.versions) {
        by_index_.push_back({version.index, facts.versions.size() - 1, library.versions.size()});
        library.versions.push_back({std::string(version.name), version.is_weak(), {}, 0});
      }
    }
    std::sort(by_index_.begin(), by_index_.end(), [](const Slot& a, const Slot& b) { return a.index < b.index; });
  }

  void collect() {
    for (const elf::Symbol& symbol : file_.symbols()) {
      if (symbol.name.empty()) {
        continue;
      }
      if (symbol.is_defined()) {
        defined(symbol);
      } else if (symbol.bind != elf::SymbolBind::local) {
        undefined(symbol);
      }
    }
    finish();
  }

private:
  struct Slot {
    std::uint16_t index;
    std::size_t library;
    std::size_t version;
  };

  void defined(const elf::Symbol& symbol) {
    if (facts_.extension == ExtensionKind::none && symbol.type == elf::SymbolType::function) {
      if (symbol.name == python3_entry_) {
        facts_.extension = ExtensionKind::python3;
      } else if (symbol.name == python2_entry_ || symbol.name == pypy_entry_) {
        facts_.extension = ExtensionKind::python2;
      }
    }
    facts_.has_module_export =
        facts_.has_module_export || (symbol.type == elf::SymbolType::function && symbol.name == export_entry_);
    facts_.uses_ifunc = facts_.uses_ifunc || symbol.type == elf::SymbolType::gnu_ifunc;
    if (symbol.bind == elf::SymbolBind::gnu_unique) {
      ++facts_.unique_symbol_count;
      if (facts_.unique_symbols.size() < ElfFacts::kMaxNames) {
        facts_.unique_symbols.emplace_back(symbol.name);
      }
    }
    if (!symbol.is_exported()) {
      return;
    }
    facts_.exports.push_back(symbol_hash(symbol.name));
    if (symbol.type == elf::SymbolType::object && symbol.size > 0) {
      data_.push_back(&symbol);
    }
    if (is_python_name(symbol.name) && !starts_with(symbol.name, "PyInit_") &&
        !starts_with(symbol.name, "PyModExport_")) {
      facts_.python_defined.emplace_back(symbol.name);
    }
    note_cxx_abi(symbol.name);
  }

  void undefined(const elf::Symbol& symbol) {
    const std::string_view name = symbol.name;
    note_cxx_abi(name);
    if (!symbol.is_weak() && PolicyTable::built_in().is_ever_forbidden(name)) {
      facts_.forbidden_symbols.emplace_back(name);
    }
    if (name == "PyFPE_jbuf" || name == "PyFPE_dummy" || name == "PyFPE_counter") {
      facts_.uses_pyfpe =
          facts_.uses_pyfpe || symbol.type == elf::SymbolType::function || symbol.type == elf::SymbolType::notype;
    }
    if (symbol.type == elf::SymbolType::function && name.find("PyUnicodeUCS2_") != std::string_view::npos) {
      facts_.uses_ucs2 = true;
    }
    const auto slot = std::lower_bound(by_index_.begin(), by_index_.end(), symbol.version,
                                       [](const Slot& a, std::uint16_t index) { return a.index < index; });
    if (symbol.version > elf::kVersionGlobal && slot != by_index_.end() && slot->index == symbol.version) {
      NeededVersion& version = facts_.versions[slot->library].versions[slot->version];
      ++version.symbol_count;
      version.symbols.emplace_back(name);
      return;
    }
    std::vector<UndefinedSymbol>& list = is_python_name(name) ? facts_.python_undefined : facts_.undefined;
    list.push_back({std::string(name), symbol.is_weak(), needed_at_load(symbol)});
  }

  [[nodiscard]] bool needed_at_load(const elf::Symbol& symbol) const {
    const bool lazy = symbol.uses == elf::kUsedByJumpSlot && !facts_.binds_now;
    return symbol.uses != 0 && !lazy;
  }

  void note_cxx_abi(std::string_view name) {
    if (!starts_with(name, "_Z")) {
      return;
    }
    if (starts_with(name, "_ZNSs") || starts_with(name, "_ZNKSs")) {
      if (facts_.old_cxx_abi_symbols.size() < ElfFacts::kMaxNames) {
        facts_.old_cxx_abi_symbols.emplace_back(name);
      }
    } else if (!facts_.uses_new_cxx_abi && name.find("__cxx11") != std::string_view::npos) {
      facts_.uses_new_cxx_abi = true;
    }
  }

  void finish() {
    const auto by_name = [](const UndefinedSymbol& a, const UndefinedSymbol& b) { return a.name < b.name; };
    std::sort(facts_.undefined.begin(), facts_.undefined.end(), by_name);
    std::sort(facts_.python_undefined.begin(), facts_.python_undefined.end(), by_name);
    std::sort(facts_.exports.begin(), facts_.exports.end());
    for (auto* names :
         {&facts_.forbidden_symbols, &facts_.unique_symbols, &facts_.old_cxx_abi_symbols, &facts_.python_defined}) {
      std::sort(names->begin(), names->end());
    }
    for (NeededLibrary& library : facts_.versions) {
      for (NeededVersion& version : library.versions) {
        std::sort(version.symbols.begin(), version.symbols.end());
        if (version.symbols.size() > NeededVersion::kMaxSymbols) {
          version.symbols.resize(NeededVersion::kMaxSymbols);
        }
      }
    }
    facts_.exported_data_count = data_.size();
    const std::size_t kept = std::min(data_.size(), ElfFacts::kMaxData);
    std::partial_sort(data_.begin(), data_.begin() + static_cast<std::ptrdiff_t>(kept), data_.end(),
                      [](const elf::Symbol* a, const elf::Symbol* b) {
                        return a->size != b->size ? a->size > b->size : a->name < b->name;
                      });
    for (std::size_t i = 0; i < kept; ++i) {
      facts_.exported_data.push_back({std::string(data_[i]->name), data_[i]->size});
    }
  }

  ElfFacts& facts_;
  const elf::ElfFile& file_;
  std::string python3_entry_;
  std::string python2_entry_;
  std::string pypy_entry_;
  std::string export_entry_;
  std::vector<Slot> by_index_; ///< version index → place in facts_.versions, sorted
  std::vector<const elf::Symbol*> data_;
};

void collect_segments(ElfFacts& facts, const elf::ElfFile& file) {
  for (const elf::Segment& segment : file.segments()) {
    if (segment.type != elf::kPtLoad) {
      continue;
    }
    const std::uint64_t alignment = std::max<std::uint64_t>(segment.alignment, 1);
    facts.min_load_alignment =
        facts.min_load_alignment == 0 ? alignment : std::min(facts.min_load_alignment, alignment);
    facts.misaligned_segment = facts.misaligned_segment || segment.address % alignment != segment.offset % alignment;
    facts.has_writable_code =
        facts.has_writable_code || ((segment.flags & elf::kPfExecute) != 0 && (segment.flags & elf::kPfWrite) != 0);
  }
}

} // namespace

std::string_view file_name_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::optional<Libc> libc_by_name(std::string_view file_name) {
  if (ends_with(file_name, "-arm-linux-musleabihf.so") || ends_with(file_name, "-linux-musl.so")) {
    return Libc::musl;
  }
  if (!ends_with(file_name, "-arm-linux-gnueabihf.so") && !ends_with(file_name, "-linux-gnu.so")) {
    return std::nullopt;
  }
  std::string_view stem = file_name.substr(0, file_name.size() - 3);
  stem = stem.substr(stem.rfind('.') + 1);
  if (!starts_with(stem, "cpython-3") || stem.size() < 11) {
    return std::nullopt;
  }
  const char tens = stem[9];
  const char ones = stem[10];
  const bool is_since_311 = tens >= '1' && tens <= '9' && ones >= '0' && ones <= '9' && !(tens == '1' && ones == '0');
  return is_since_311 ? std::optional(Libc::glibc) : std::nullopt;
}

std::optional<Libc> libc_of(const ElfFacts& facts) {
  if (facts.interpreter) {
    return starts_with(file_name_of(*facts.interpreter), "ld-musl-") ? Libc::musl : Libc::glibc;
  }
  for (const std::string& soname : facts.needed) {
    if (starts_with(soname, "libc.musl-") || starts_with(soname, "ld-musl-") || soname == "libc.so") {
      return Libc::musl;
    }
    if (soname == "libc.so.6" || starts_with(soname, "ld-linux") || starts_with(soname, "ld64.so.")) {
      return Libc::glibc;
    }
  }
  const bool wants_glibc = std::any_of(facts.versions.begin(), facts.versions.end(), [](const NeededLibrary& library) {
    return std::any_of(library.versions.begin(), library.versions.end(),
                       [](const NeededVersion& version) { return version_prefix(version.name) == "GLIBC"; });
  });
  return wants_glibc ? std::optional(Libc::glibc) : libc_by_name(file_name_of(facts.path));
}

std::uint64_t symbol_hash(std::string_view name) {
  constexpr std::uint64_t kMultiplier = 0x9fb21c651e98df25; // odd, with bits spread evenly
  std::uint64_t hash = 0x9e3779b97f4a7c15 ^ name.size();
  while (name.size() >= sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, name.data(), sizeof word);
    hash = (hash ^ word) * kMultiplier;
    hash ^= hash >> 29U;
    name.remove_prefix(sizeof word);
  }
  std::uint64_t rest = 0;
  if (!name.empty()) {
    std::memcpy(&rest, name.data(), name.size());
  }
  hash = (hash ^ rest) * kMultiplier;
  return hash ^ (hash >> 32U);
}

std::optional<tags::Architecture> tag_architecture(const elf::Header& header) {
  const elf::Architecture found = elf::architecture_of(header.elf_class, header.order, header.machine);
  if (found == elf::Architecture::other) {
    return std::nullopt;
  }
  if (found == elf::Architecture::armv7l &&
      ((header.flags & kArmEabiMask) != kArmEabi5 || (header.flags & kArmHardFloat) == 0)) {
    return std::nullopt;
  }
  return tags::find_architecture(elf::to_string(found));
}

ElfFacts collect_facts(std::string_view path, const elf::ElfFile& file) {
  ElfFacts facts;
  facts.path = std::string(path);
  facts.size_bytes = file.file_size();
  facts.header = file.header();
  facts.arch = tag_architecture(file.header());
  facts.interpreter = file.interpreter();
  facts.is_dynamic = file.is_dynamic();
  const elf::DynamicSection& dynamic = file.dynamic();
  facts.needed = owned(dynamic.needed);
  facts.soname = std::string(dynamic.soname.value_or(std::string_view()));
  if (dynamic.rpath) {
    facts.rpath = std::string(*dynamic.rpath);
  }
  if (dynamic.runpath) {
    facts.runpath = std::string(*dynamic.runpath);
  }
  facts.binds_now = dynamic.binds_now();
  facts.static_tls = dynamic.has_static_tls() || file.relocations().count(elf::RelocationKind::tls_static) > 0;
  facts.text_relocations = dynamic.has_text_relocations();
  for (const elf::VersionDefinition& definition : file.version_definitions()) {
    if (!definition.is_base()) {
      facts.defined_versions.emplace_back(definition.name);
    }
  }
  facts.sections_seen = section_view(file);
  facts.section_state = file.sections().state;
  SymbolCollector(facts, file).collect();
  collect_segments(facts, file);
  facts.relocations = file.relocations();
  facts.uses_ifunc = facts.uses_ifunc || file.relocations().count(elf::RelocationKind::irelative) > 0;
  facts.stack = file.stack();
  facts.tls = file.tls();
  facts.has_gnu_hash = file.has_gnu_hash();
  facts.has_sysv_hash = file.has_sysv_hash();
  facts.properties = file.notes().properties;
  facts.debug_bytes = file.sections().debug_bytes;
  facts.symtab_bytes = file.sections().symtab_bytes;
  facts.trailing_bytes = file.unloaded_tail();
  facts.anomalies = file.anomalies();
  return facts;
}

} // namespace wheelforge::audit
