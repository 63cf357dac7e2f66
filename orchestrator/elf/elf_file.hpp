// An ELF file as facts: bytes in, values out. Program headers are the truth; section headers only help.
#pragma once

#include "orchestrator/base/error.hpp"
#include "orchestrator/elf/dynamic_section.hpp"
#include "orchestrator/elf/header.hpp"
#include "orchestrator/elf/image.hpp"
#include "orchestrator/elf/machine.hpp"
#include "orchestrator/elf/notes.hpp"
#include "orchestrator/elf/relocations.hpp"
#include "orchestrator/elf/sections.hpp"
#include "orchestrator/elf/symbol.hpp"
#include "orchestrator/elf/versions.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::elf {

/// True when bytes begin as an ELF file does (four bytes are enough).
[[nodiscard]] bool is_elf(std::span<const std::byte> bytes);

/// What PT_GNU_STACK asks for. Without one, most architectures' loaders take the stack to be executable.
enum class StackFlags : std::uint8_t { missing, not_executable, executable };

/// The thread-local template (PT_TLS).
struct TlsSegment {
  std::uint64_t file_size = 0;
  std::uint64_t memory_size = 0;
  std::uint64_t alignment = 0;

  bool operator==(const TlsSegment&) const = default;
};

/// Kinds of oddity that do not stop a loader from seeing what we see.
enum class ElfAnomalyKind : std::uint8_t {
  section_headers, ///< broken, or they contradict the program headers
  notes,           ///< a note is cut off
  symbol_names,    ///< names outside of the string table
  symbol_count,    ///< the hash tables and the section headers disagree
  versions,        ///< an index that names no version, one that names two, or a wrong count
  version_hash,    ///< vna_hash or vd_hash is not the hash of the name
  relocations,     ///< relocations name symbols that do not exist
  segments,        ///< PT_LOAD out of order, overlapping, misaligned, or past the end of the file
  dynamic,         ///< no DT_NULL, or a tag twice that may stand once only
};

/// One oddity, in a sentence with the values seen.
struct ElfAnomaly {
  ElfAnomalyKind kind{};
  std::string detail;

  bool operator==(const ElfAnomaly&) const = default;
};
/// "section-headers".
[[nodiscard]] std::string_view to_string(ElfAnomalyKind kind);

/// The facts of one ELF file. Holds copies of the few tables it needs, so the file's bytes may go away after parse();
/// the string views in its members point into it and live as long as it does, also when it is moved.
class ElfFile {
public:
  /// Reads a whole file in memory. Fails with invalid_data when it is no ELF file or when a structure that a loader
  /// follows (program headers, dynamic section, string, symbol, version or relocation tables) is broken: the error
  /// names it with the value seen and the value wanted. Time and memory are bounded by the file's size.
  [[nodiscard]] static Result<ElfFile> parse(std::span<const std::byte> file);

  ElfFile(ElfFile&&) noexcept = default;
  ElfFile& operator=(ElfFile&&) noexcept = default;
  ElfFile(const ElfFile&) = delete;
  ElfFile& operator=(const ElfFile&) = delete;
  ~ElfFile() = default;

  [[nodiscard]] const Header& header() const { return header_; }
  [[nodiscard]] Architecture architecture() const {
    return architecture_of(header_.elf_class, header_.order, header_.machine);
  }
  [[nodiscard]] AbiFlags abi_flags() const { return elf::abi_flags(header_.machine, header_.flags); }
  [[nodiscard]] const std::vector<Segment>& segments() const { return segments_; }
  /// PT_INTERP, without its closing NUL.
  [[nodiscard]] const std::optional<std::string>& interpreter() const { return interpreter_; }

  /// False for static executables and object files; dynamic() is empty then.
  [[nodiscard]] bool is_dynamic() const { return is_dynamic_; }
  [[nodiscard]] const DynamicSection& dynamic() const { return dynamic_; }

  [[nodiscard]] const std::vector<VersionNeed>& version_needs() const { return version_needs_; }
  [[nodiscard]] const std::vector<VersionDefinition>& version_definitions() const { return version_definitions_; }
  /// All dynamic symbols; index 0 is the null symbol.
  [[nodiscard]] const std::vector<Symbol>& symbols() const { return symbols_; }
  /// The version of a symbol of this file.
  [[nodiscard]] SymbolVersion version_of(const Symbol& symbol) const;
  [[nodiscard]] bool has_sysv_hash() const { return dynamic_.has(dt::kHash); }
  [[nodiscard]] bool has_gnu_hash() const { return dynamic_.has(dt::kGnuHash); }

  [[nodiscard]] const RelocationSummary& relocations() const { return relocations_; }
  [[nodiscard]] StackFlags stack() const { return stack_; }
  [[nodiscard]] const std::optional<TlsSegment>& tls() const { return tls_; }
  /// The largest p_align of the PT_LOAD segments; 0 when there are none.
  [[nodiscard]] std::uint64_t max_load_alignment() const;
  [[nodiscard]] bool has_relro() const;
  [[nodiscard]] const Notes& notes() const { return notes_; }
  [[nodiscard]] const Sections& sections() const { return sections_; }
  /// Where the last PT_LOAD ends in the file, at most its size; nothing where there is none.
  [[nodiscard]] std::optional<std::uint64_t> loaded_end() const;
  /// Size of the file, and how much of it lies behind the last byte that a loader maps: debug information, the static
  /// symbol table, section headers, appended data.
  [[nodiscard]] std::uint64_t file_size() const { return file_size_; }
  [[nodiscard]] std::uint64_t unloaded_tail() const;
  [[nodiscard]] const std::vector<ElfAnomaly>& anomalies() const { return anomalies_; }

private:
  friend class ElfParser;
  ElfFile() = default;

  Header header_;
  std::vector<Segment> segments_;
  std::optional<std::string> interpreter_;
  bool is_dynamic_ = false;
  std::string_view strings_; ///< DT_STRTAB, which the views point into
  std::shared_ptr<const void> strings_owner_;
  DynamicSection dynamic_;
  std::vector<VersionNeed> version_needs_;
  std::vector<VersionDefinition> version_definitions_;
  std::vector<SymbolVersion> versions_; ///< by version index
  std::vector<Symbol> symbols_;
  RelocationSummary relocations_;
  StackFlags stack_ = StackFlags::missing;
  std::optional<TlsSegment> tls_;
  Notes notes_;
  Sections sections_;
  std::uint64_t file_size_ = 0;
  std::vector<ElfAnomaly> anomalies_;
};

} // namespace wheelforge::elf
