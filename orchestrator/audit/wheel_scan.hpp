// Everything the audit reads from one wheel: its ELF files as facts, its own files, and the integrity of its members.
#pragma once

#include "orchestrator/audit/elf_facts.hpp"
#include "orchestrator/audit/member_cache.hpp"
#include "orchestrator/audit/reading_crew.hpp"
#include "orchestrator/base/error.hpp"
#include "orchestrator/wheel/metadata.hpp"
#include "orchestrator/wheel/record.hpp"
#include "orchestrator/zip/zip_reader.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace wheelforge::audit {

/// Whether every member is read whole and held against its CRC and RECORD.
enum class Integrity : std::uint8_t { skip, check };

/// A member with ELF's magic number that is not a usable ELF file.
struct BrokenElf {
  std::string path;
  std::string reason;
  std::uint16_t machine = 0; ///< e_machine as far as it could be read
  bool has_header = true;    ///< an ELF header is there in full, with a known class and byte order

  bool operator==(const BrokenElf&) const = default;
};

/// A member whose bytes are not what the archive or RECORD say.
struct IntegrityFault {
  std::string path;
  std::string reason;
  bool is_archive_fault = false; ///< the archive contradicts itself (CRC, size); else RECORD disagrees

  bool operator==(const IntegrityFault&) const = default;
};

/// One of the *.dist-info files, or why it could not be read.
template <class T>
struct InfoFile {
  std::optional<T> value;
  std::string problem; ///< empty when value is there
};

/// The contents of a wheel.
struct WheelScan {
  std::vector<ElfFacts> elfs; ///< in the order of the archive
  std::vector<BrokenElf> broken_elfs;
  std::vector<std::string> dist_infos; ///< every *.dist-info folder at the root, sorted
  InfoFile<wheel::Metadata> metadata;
  InfoFile<wheel::WheelFile> wheel_file;
  InfoFile<wheel::Record> record;
  std::vector<std::string> record_paths; ///< of a RECORD that could be read but not understood
  std::vector<IntegrityFault> faults;    ///< sorted by path; empty unless asked for
  std::uint64_t inflated_bytes = 0;      ///< for the benchmark's sake
};

/// How to read.
struct ScanOptions {
  Integrity integrity = Integrity::skip;
  /// What other wheels of the run have too; nullptr for none. Not used where integrity is checked.
  MemberCache* cache = nullptr;
  std::shared_ptr<const zip::ZipReader> shared; ///< the archive, as the cache may keep it
  /// Whose threads help, and what the calling thread, one of them, reads with; both nullptr for a single thread.
  ReadingCrew* crew = nullptr;
  ReadingMemory* memory = nullptr;
};

/// Reads a wheel. Fails only when the archive's bytes cannot be read (the file became shorter, I/O error); everything
/// that is wrong inside is data.
[[nodiscard]] Result<WheelScan> scan_wheel(const zip::ZipReader& archive, const ScanOptions& options);

} // namespace wheelforge::audit
