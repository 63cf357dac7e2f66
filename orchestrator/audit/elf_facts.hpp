// What the audit keeps of one ELF file of a wheel: enough to judge it, small enough to hold for every file at once.
#pragma once

#include "orchestrator/audit/numpy_api.hpp"
#include "orchestrator/audit/policy.hpp"
#include "orchestrator/devicecode/device_code.hpp"
#include "orchestrator/elf/elf_file.hpp"
#include "orchestrator/tags/architecture.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::audit {

/// One symbol version that a file needs from a library, and the symbols that carry it.
struct NeededVersion {
  std::string name;                 ///< "GLIBC_2.17"
  bool weak = false;                ///< the loader goes on when it is missing
  std::vector<std::string> symbols; ///< sorted; at most kMaxSymbols of them
  std::size_t symbol_count = 0;

  bool operator==(const NeededVersion&) const = default;
  static constexpr std::size_t kMaxSymbols = 40;
};

/// The versions needed from one library.
struct NeededLibrary {
  std::string soname;
  std::vector<NeededVersion> versions;

  bool operator==(const NeededLibrary&) const = default;
};

/// An undefined symbol without a version: whoever defines the name provides it.
struct UndefinedSymbol {
  std::string name;
  bool weak = false;
  bool needed_at_load = false; ///< bound when the file is loaded, not at the first call

  bool operator==(const UndefinedSymbol&) const = default;
};

/// An exported variable: its size is part of the ABI of whoever copies it.
struct ExportedData {
  std::string name;
  std::uint64_t size = 0;

  bool operator==(const ExportedData&) const = default;
};

/// What auditwheel sees, which reads tables by their section names and nothing where there are no section headers.
struct SectionView {
  bool has_dynsym = false;
  bool has_version_r = false;
  bool has_x86_isa_note = false; ///< a SHT_NOTE section with the GNU property note
  bool is_hollow = false;        ///< .dynsym or .gnu.version_r has another type, as in files of debug information

  bool operator==(const SectionView&) const = default;
};

/// How Python finds a module's entry point in a file.
enum class ExtensionKind : std::uint8_t {
  none,    ///< no entry point for the file's name
  python2, ///< init<name>, or PyPy's cffi one
  python3, ///< PyInit_<name>
};

/// The facts of one ELF file. Source of every field: elf::ElfFile.
struct ElfFacts {
  std::string path; ///< the member's name
  std::uint64_t size_bytes = 0;
  elf::Header header;
  std::optional<tags::Architecture> arch; ///< absent for other machines and for ARM files without EABI5 hard float
  std::optional<std::string> interpreter;
  bool is_dynamic = false;

  std::vector<std::string> needed;
  std::string soname; ///< empty where there is none
  std::optional<std::string> rpath;
  std::optional<std::string> runpath;
  std::vector<NeededLibrary> versions;
  std::vector<std::string> defined_versions;

  SectionView sections_seen;
  elf::SectionState section_state = elf::SectionState::absent;
  ExtensionKind extension = ExtensionKind::none; ///< as auditwheel sees it
  bool has_module_export = false;                ///< PyModExport_<name>, which Python 3.15 and later look for first
  bool uses_pyfpe = false;
  bool uses_ucs2 = false;
  std::vector<std::string> forbidden_symbols; ///< undefined, not weak, and forbidden by some policy; sorted

  std::vector<std::uint64_t> exports;            ///< symbol_hash of every exported name, sorted
  std::vector<UndefinedSymbol> undefined;        ///< without version, sorted by name; Python's own apart
  std::vector<UndefinedSymbol> python_undefined; ///< undefined names of the C API (Py…, _Py…), sorted
  std::vector<std::string> python_defined;       ///< exported names of the C API: a libpython inside the wheel
  std::vector<ExportedData> exported_data;       ///< the largest, at most kMaxData
  std::size_t exported_data_count = 0;
  std::vector<std::string> unique_symbols; ///< STB_GNU_UNIQUE, sorted; at most kMaxNames
  std::size_t unique_symbol_count = 0;
  std::vector<std::string>
      old_cxx_abi_symbols;           ///< std::string and std::list in the ABI before C++11, at most kMaxNames
  bool uses_new_cxx_abi = false;     ///< names of std::__cxx11
  std::optional<NumpyApi> numpy_api; ///< of extensions that were read whole

  elf::RelocationSummary relocations;
  elf::StackFlags stack = elf::StackFlags::missing;
  std::optional<elf::TlsSegment> tls;
  bool static_tls = false;
  bool text_relocations = false;
  bool binds_now = false;
  bool uses_ifunc = false; ///< a symbol whose address a function picks at load time (STT_GNU_IFUNC, IRELATIVE)
  bool has_gnu_hash = false;
  bool has_sysv_hash = false;
  bool has_writable_code = false;       ///< a PT_LOAD that is writable and executable
  std::uint64_t min_load_alignment = 0; ///< the smallest p_align of the PT_LOAD segments; 0 where there are none
  bool misaligned_segment = false;      ///< p_vaddr and p_offset differ modulo p_align
  elf::GnuProperties properties;
  std::uint64_t debug_bytes = 0;
  std::uint64_t symtab_bytes = 0;
  std::uint64_t trailing_bytes = 0;
  std::vector<elf::ElfAnomaly> anomalies;
  devicecode::DeviceInventory device; ///< code for accelerators

  /// True where Python finds an entry point for the file's name.
  [[nodiscard]] bool is_module() const { return extension != ExtensionKind::none || has_module_export; }

  static constexpr std::size_t kMaxData = 16;
  static constexpr std::size_t kMaxNames = 16;
};

/// The file name at the end of the path.
[[nodiscard]] std::string_view file_name_of(std::string_view path);

/// The libc that a Python extension's file name tells: "…-x86_64-linux-musl.so" is musl's,
/// "…cpython-312-x86_64-linux-gnu.so" glibc's. Nothing for other names, and for -linux-gnu up to Python 3.10, which
/// called musl builds so too. Source: CPython 3.11 configure.ac, PLATFORM_TRIPLET; auditwheel's lddtree.
[[nodiscard]] std::optional<Libc> libc_by_name(std::string_view file_name);

/// The libc that a file needs, by interpreter, DT_NEEDED, versions and name; nothing for static executables and for
/// files that need no library.
[[nodiscard]] std::optional<Libc> libc_of(const ElfFacts& facts);

/// A 64-bit hash of a symbol's name; the same in every run.
[[nodiscard]] std::uint64_t symbol_hash(std::string_view name);

/// The facts of a parsed file. `path` is the member's name; its last part decides whether the file is an extension.
[[nodiscard]] ElfFacts collect_facts(std::string_view path, const elf::ElfFile& file);

/// The architecture as a tag names it; nothing for foreign machines and for ARM without EABI5 hard float.
/// Source: auditwheel's lddtree._get_platform.
[[nodiscard]] std::optional<tags::Architecture> tag_architecture(const elf::Header& header);

} // namespace wheelforge::audit
