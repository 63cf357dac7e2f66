// From a parsed ELF file to its interface.
#include "orchestrator/compare/interface.hpp"

#include "orchestrator/audit/elf_facts.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <bit>

namespace wheelforge::compare {
namespace {

bool is_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char letter) { return (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'f'); });
}

/// "libz-1a2b3c4d.so.1" → 4, where the hash begins with its hyphen; npos where there is none.
std::size_t hash_in(std::string_view name) {
  constexpr std::size_t kShortest = 8;
  for (std::size_t dash = name.find('-'); dash != std::string_view::npos; dash = name.find('-', dash + 1)) {
    const std::size_t end = std::min(name.find('.', dash), name.size());
    const std::string_view word = name.substr(dash + 1, end - dash - 1);
    if (word.size() >= kShortest && is_hex(word)) {
      return dash;
    }
  }
  return std::string_view::npos;
}

Role role_of(std::string_view path, const elf::ElfFile& file, const Interface& interface) {
  const std::string_view name = audit::file_name_of(path);
  const std::string entry = fmt::format("PyInit_{}", name.substr(0, name.find('.')));
  if (interface.exports.count({entry, ""}) != 0) {
    return Role::extension;
  }
  if (hash_in(name) != std::string_view::npos) {
    return Role::grafted;
  }
  const bool is_program =
      file.header().type == elf::FileType::executable || file.dynamic().is_pie() ||
      (file.interpreter() && interface.soname.empty() && name.find(".so") == std::string_view::npos);
  return is_program ? Role::program : Role::library;
}

std::uint32_t isa_level_of(std::uint32_t bits) {
  return bits == 0 ? 0 : static_cast<std::uint32_t>(std::bit_width(bits));
}

} // namespace

std::string to_string(const SymbolKey& key) {
  return key.version.empty() ? key.name : fmt::format("{}@{}", key.name, key.version);
}

std::string_view to_string(Role role) {
  switch (role) {
  case Role::extension:
    return "extension";
  case Role::grafted:
    return "grafted";
  case Role::program:
    return "program";
  default:
    return "library";
  }
}

Interface interface_of(std::string_view path, const elf::ElfFile& file) {
  Interface ours;
  ours.path = std::string(path);
  ours.machine = fmt::format("{} {}-bit {}-endian", elf::machine_name(file.header().machine),
                             file.header().elf_class == elf::ElfClass::elf64 ? 64 : 32,
                             file.header().order == std::endian::big ? "big" : "little");
  ours.soname = std::string(file.dynamic().soname.value_or(std::string_view()));
  ours.needed.assign(file.dynamic().needed.begin(), file.dynamic().needed.end());
  for (const elf::Symbol& symbol : file.symbols()) {
    const bool is_version_itself = symbol.section == elf::kSectionAbsolute && symbol.type == elf::SymbolType::object &&
                                   symbol.name == file.version_of(symbol).name;
    if (!symbol.name.empty() && symbol.is_exported() && !is_version_itself) {
      ours.exports[{std::string(symbol.name), std::string(file.version_of(symbol).name)}] = {
          symbol.type, symbol.size, symbol.version_hidden, symbol.is_weak()};
    }
  }
  for (const elf::VersionDefinition& definition : file.version_definitions()) {
    if (!definition.is_base()) {
      ours.versions.emplace(definition.name);
    }
  }
  for (const elf::VersionNeed& need : file.version_needs()) {
    for (const elf::NeededVersion& version : need.versions) {
      if (!version.is_weak()) {
        ours.wants[std::string(need.file)].emplace(version.name);
      }
    }
  }
  ours.has_relr = file.relocations().has_relr;
  ours.has_sysv_hash = file.has_sysv_hash();
  ours.executable_stack = file.stack() == elf::StackFlags::executable;
  ours.static_tls = file.dynamic().has_static_tls() || file.relocations().count(elf::RelocationKind::tls_static) > 0;
  ours.isa_level = isa_level_of(file.notes().properties.x86_isa_needed.value_or(0));
  for (unsigned kind = 2; kind < elf::kRelocationKinds; ++kind) {
    if (file.relocations().by_kind[kind] > 0) {
      ours.relocation_kinds.emplace(elf::to_string(static_cast<elf::RelocationKind>(kind)));
    }
  }
  for (const elf::Section& section : file.sections().all) {
    if (!section.name.empty() && section.size_in_file() > 0) {
      ours.sections[section.name] += section.size_in_file();
    }
  }
  ours.size_bytes = file.file_size();
  ours.role = role_of(path, file, ours);
  return ours;
}

std::string stem_of(std::string_view path) {
  const std::string_view name = audit::file_name_of(path);
  std::string folder(path.substr(0, path.size() - name.size()));
  const std::size_t so = name.find(".so");
  std::string stem(name);
  if (const std::size_t hash = hash_in(name); hash != std::string_view::npos) {
    const std::size_t end = std::min(name.find('.', hash), name.size());
    stem = std::string(name.substr(0, hash)) + std::string(name.substr(end));
  }
  if (so != std::string_view::npos) {
    std::string base = stem.substr(0, stem.find(".so"));
    for (const std::string_view mark : {".cpython-", ".abi3", ".pypy"}) {
      base = base.substr(0, base.find(mark));
    }
    stem = base + ".so";
  }
  return folder + stem;
}

} // namespace wheelforge::compare
