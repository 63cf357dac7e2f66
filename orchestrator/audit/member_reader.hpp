// Reading one member of a wheel: whether it is an ELF file, its facts, and whether its bytes are what they should be.
#pragma once

#include "orchestrator/audit/reading_crew.hpp"
#include "orchestrator/audit/wheel_scan.hpp"
#include "orchestrator/base/error.hpp"
#include "orchestrator/base/sha256.hpp"
#include "orchestrator/devicecode/device_code.hpp"
#include "orchestrator/elf/elf_file.hpp"
#include "orchestrator/zip/zip_reader.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <unordered_map>

namespace wheelforge::audit {

using RecordIndex = std::unordered_map<std::string_view, const wheel::RecordEntry*>;

/// What one member gave; the pointers are null for the many members that are nothing special.
struct MemberResult {
  std::unique_ptr<ElfFacts> elf;
  std::unique_ptr<BrokenElf> broken;
  std::unique_ptr<IntegrityFault> fault;
  std::uint64_t inflated = 0;
};

/// Lets all threads together hold what this wheel's members need: peak memory is to stay below 40 MB for wheels of
/// members up to 16 MiB, and below 200 MB for all others; where several of those are read, two whole members fit.
void allow_memory_for(const zip::ZipReader& archive, MemoryGate& gate);

/// Reads members one after the other; one a thread. The archive, the index and the options outlive it.
class MemberReader {
public:
  MemberReader(const zip::ZipReader& archive, const RecordIndex& record, const ScanOptions& options, MemoryGate& gate,
               ReadingMemory& memory);

  [[nodiscard]] MemberResult read(const zip::ZipMember& member);

private:
  void take_memory(std::uint64_t wanted);
  [[nodiscard]] bool take_from_cache(const zip::ZipMember& member, MemberResult& result);
  [[nodiscard]] bool has_same_bytes(const zip::ZipMember& member, const MemberCache::Seen& seen);
  void read_elf(const zip::ZipMember& member, MemberResult& result);
  [[nodiscard]] Result<elf::ElfFile> read_whole(const zip::ZipMember& member, MemberResult& result);
  [[nodiscard]] Result<elf::ElfFile> read_stream(const zip::ZipMember& member, MemberResult& result);
  [[nodiscard]] Result<void> stream_device_code(const zip::ZipMember& member, MemberResult& result);
  void check_only(const zip::ZipMember& member, MemberResult& result);
  [[nodiscard]] std::unique_ptr<IntegrityFault> compare(const zip::ZipMember& member, const Sha256& seen) const;

  const zip::ZipReader& archive_;
  const RecordIndex& record_;
  const ScanOptions& options_;
  MemoryGate& gate_;
  ReadingMemory& memory_;
  Integrity integrity_;
  bool uses_cache_;
  std::uint16_t machine_ = 0;
  bool has_header_ = false;
  std::span<const std::byte> whole_bytes_; ///< of the member that read_whole() read last
  devicecode::DeviceInventory device_;     ///< of the file just read
};

} // namespace wheelforge::audit
