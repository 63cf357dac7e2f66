// From a parsed ELF file to what a loader looks at.
#include "orchestrator/loader/elf_image.hpp"

#include "orchestrator/audit/elf_facts.hpp"

#include <algorithm>

namespace wheelforge::loader {
namespace {

constexpr std::uint64_t kPage = 4096;

/// Source: glibc sysdeps/*/stackinfo.h, DEFAULT_STACK_PERMS.
bool defaults_to_executable_stack(elf::Architecture architecture) {
  return architecture != elf::Architecture::aarch64 && architecture != elf::Architecture::riscv64 &&
         architecture != elf::Architecture::loongarch64;
}

void read_segments(const elf::ElfFile& file, ElfImage& image) {
  for (const elf::Segment& segment : file.segments()) {
    if (segment.type != elf::kPtLoad) {
      continue;
    }
    image.has_load_segment = true;
    const std::uint64_t alignment = std::max<std::uint64_t>(segment.alignment, 1);
    image.misaligned_size = image.misaligned_size || segment.alignment % kPage != 0;
    const std::uint64_t distance = segment.address - segment.offset;
    image.misaligned_address = image.misaligned_address || (distance & (alignment - 1)) != 0;
    image.misaligned_page = image.misaligned_page || distance % kPage != 0;
  }
}

void read_symbols(const elf::ElfFile& file, ElfImage& image) {
  for (const elf::Symbol& symbol : file.symbols()) {
    if (symbol.name.empty() || symbol.bind == elf::SymbolBind::local) {
      continue;
    }
    const std::string_view version = file.version_of(symbol).name;
    if (symbol.is_defined()) {
      const bool is_null =
          symbol.value == 0 && symbol.section != elf::kSectionAbsolute && symbol.type != elf::SymbolType::tls;
      if (symbol.is_exported() && !is_null) {
        const bool is_versioned = symbol.version > elf::kVersionGlobal && !version.empty();
        image.exports.push_back({audit::symbol_hash(symbol.name), is_versioned ? audit::symbol_hash(version) : 0,
                                 symbol.version_hidden, symbol.version < 3});
      }
    } else if (!symbol.is_weak() && symbol.first_use != elf::kNeverUsed) {
      image.undefined.push_back({std::string(symbol.name), std::string(version), symbol.first_use,
                                 symbol.uses == elf::kUsedByJumpSlot, (symbol.uses & elf::kUsedByTls) != 0});
    }
  }
  std::sort(image.exports.begin(), image.exports.end());
  std::sort(image.undefined.begin(), image.undefined.end(),
            [](const UndefinedSymbol& a, const UndefinedSymbol& b) { return a.order < b.order; });
}

void read_versions(const elf::ElfFile& file, ElfImage& image) {
  for (const elf::VersionNeed& need : file.version_needs()) {
    VersionNeed& ours = image.version_needs.emplace_back(VersionNeed{std::string(need.file), {}});
    for (const elf::NeededVersion& version : need.versions) {
      ours.versions.push_back({std::string(version.name), version.is_weak()});
      image.relr_marked = image.relr_marked || version.name == "GLIBC_ABI_DT_RELR";
    }
  }
  image.defines_versions = !file.version_definitions().empty();
  for (const elf::VersionDefinition& definition : file.version_definitions()) {
    image.versions.emplace_back(definition.name);
  }
}

} // namespace

/// Source: glibc elf/dl-lookup.c, check_match.
bool ElfImage::answers(std::uint64_t name, std::uint64_t version) const {
  const auto first =
      std::lower_bound(exports.begin(), exports.end(), name,
                       [](const ExportedSymbol& symbol, std::uint64_t wanted) { return symbol.name < wanted; });
  for (auto at = first; at != exports.end() && at->name == name; ++at) {
    if (!defines_versions) {
      return true;
    }
    const bool fits =
        version == 0 ? at->first_version || !at->hidden : at->version == version || (at->version == 0 && !at->hidden);
    if (fits) {
      return true;
    }
  }
  return false;
}

ElfImage image_of(std::string_view path, const elf::ElfFile& file) {
  ElfImage image;
  image.path = std::string(path);
  image.header = file.header();
  image.is_dynamic = file.is_dynamic();
  image.has_interpreter = file.interpreter().has_value();
  const elf::DynamicSection& dynamic = file.dynamic();
  image.is_pie = dynamic.is_pie();
  image.refuses_dlopen = (dynamic.flags_1 & elf::kDf1Noopen) != 0;
  image.needed.assign(dynamic.needed.begin(), dynamic.needed.end());
  image.soname = std::string(dynamic.soname.value_or(std::string_view()));
  if (dynamic.rpath) {
    image.rpath = std::string(*dynamic.rpath);
  }
  if (dynamic.runpath) {
    image.runpath = std::string(*dynamic.runpath);
  }
  image.executable_stack =
      file.stack() == elf::StackFlags::executable ||
      (file.stack() == elf::StackFlags::missing && defaults_to_executable_stack(file.architecture()));
  image.has_relr = file.relocations().has_relr;
  if (file.tls()) {
    image.tls = {file.tls()->memory_size, std::max<std::uint64_t>(file.tls()->alignment, 1), false};
  }
  image.tls.is_static = file.relocations().count(elf::RelocationKind::tls_static) > 0;
  read_segments(file, image);
  read_versions(file, image);
  read_symbols(file, image);
  return image;
}

} // namespace wheelforge::loader
