// What a loader looks at in one ELF file, in the order in which it looks.
#pragma once

#include "orchestrator/elf/elf_file.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::loader {

/// A version wanted from a library.
struct WantedVersion {
  std::string name;
  bool weak = false;
};

/// All versions wanted from one library, in file order: the loader complains about the first that is missing.
struct VersionNeed {
  std::string library;
  std::vector<WantedVersion> versions;
};

/// An undefined symbol that a relocation names and that is not weak.
struct UndefinedSymbol {
  std::string name;
  std::string version;              ///< empty where any will do
  std::uint32_t order = 0;          ///< of the first relocation that names it
  bool only_called = false;         ///< through the PLT alone
  bool thread_local_static = false; ///< its place must be known when the file is loaded
};

/// An exported symbol by hashes of its name and version.
struct ExportedSymbol {
  std::uint64_t name = 0;
  std::uint64_t version = 0;  ///< 0: none
  bool hidden = false;        ///< only for those who ask for the version
  bool first_version = false; ///< of the file's oldest version, or of none

  auto operator<=>(const ExportedSymbol&) const = default;
};

/// The thread-local data of a file.
struct TlsNeed {
  std::uint64_t size = 0;
  std::uint64_t alignment = 1;
  bool is_static = false; ///< must stand at an offset from the thread pointer that is fixed when the file is loaded
};

/// One file.
struct ElfImage {
  std::string path;   ///< the member's name in the wheel
  std::string broken; ///< why it could not be parsed; everything below is empty then
  elf::Header header;
  bool is_dynamic = false;
  bool has_interpreter = false;
  bool is_pie = false;
  bool refuses_dlopen = false;
  bool has_load_segment = false;
  bool misaligned_size = false;    ///< some p_align is no multiple of a page
  bool misaligned_address = false; ///< p_vaddr and p_offset of a segment differ modulo p_align
  bool misaligned_page = false;    ///< … modulo a page
  bool executable_stack = false;   ///< asked for, or the default for want of PT_GNU_STACK
  bool has_relr = false;
  bool relr_marked = false; ///< wants GLIBC_ABI_DT_RELR
  TlsNeed tls;

  std::vector<std::string> needed;
  std::string soname;
  std::optional<std::string> rpath;
  std::optional<std::string> runpath;
  std::vector<VersionNeed> version_needs;
  bool defines_versions = false;
  std::vector<std::string> versions;
  std::vector<UndefinedSymbol> undefined; ///< by order
  std::vector<ExportedSymbol> exports;    ///< sorted

  /// True where the file exports what the reference asks for, by the rules of the loader's check_match.
  [[nodiscard]] bool answers(std::uint64_t name, std::uint64_t version) const;
};

/// The image of a parsed file.
[[nodiscard]] ElfImage image_of(std::string_view path, const elf::ElfFile& file);

} // namespace wheelforge::loader
