// What others can rely on in one ELF file, and what it relies on.
#pragma once

#include "orchestrator/elf/elf_file.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::compare {

/// An exported symbol by name and version.
struct SymbolKey {
  std::string name;
  std::string version; ///< empty where it has none

  auto operator<=>(const SymbolKey&) const = default;
};

/// "name@version", or the name alone.
[[nodiscard]] std::string to_string(const SymbolKey& key);

/// What is known of an exported symbol.
struct SymbolFacts {
  elf::SymbolType type = elf::SymbolType::notype;
  std::uint64_t size = 0;
  bool hidden = false; ///< not what new links take
  bool weak = false;

  bool operator==(const SymbolFacts&) const = default;
};

/// Who uses a file, which decides about what a change breaks.
enum class Role : std::uint8_t {
  library,   ///< others may link against it
  extension, ///< Python loads it by its entry point
  grafted,   ///< a copy with a hash in its name: only this wheel's files know it
  program,   ///< it is run
};
/// "library", "extension", "grafted", "program".
[[nodiscard]] std::string_view to_string(Role role);

/// One ELF file.
struct Interface {
  std::string path;
  Role role = Role::library;
  std::string machine; ///< "x86_64 64-bit"
  std::string soname;
  std::map<SymbolKey, SymbolFacts> exports;
  std::set<std::string> versions; ///< that it defines
  std::vector<std::string> needed;
  std::map<std::string, std::set<std::string>> wants; ///< library → versions
  bool has_relr = false;
  bool has_sysv_hash = false;
  bool executable_stack = false;
  bool static_tls = false;
  std::uint32_t isa_level = 0; ///< 0 none stated, 1 baseline … 4
  std::set<std::string> relocation_kinds;
  std::map<std::string, std::uint64_t> sections; ///< name → bytes in the file
  std::uint64_t size_bytes = 0;
};

/// The interface of a parsed file; the last part of the path decides about its role.
[[nodiscard]] Interface interface_of(std::string_view path, const elf::ElfFile& file);

/// The path without what changes from build to build: "pkg/_x.cpython-312-x86_64-linux-gnu.so" → "pkg/_x.so",
/// "x.libs/libz-1a2b3c4d.so.1.2" → "x.libs/libz.so". Two files of one stem are one file's old and new self.
[[nodiscard]] std::string stem_of(std::string_view path);

} // namespace wheelforge::compare
