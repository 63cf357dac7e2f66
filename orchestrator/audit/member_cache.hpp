// ELF members that several wheels of one run share, such as grafted libraries: read once.
#pragma once

#include "orchestrator/audit/elf_facts.hpp"
#include "orchestrator/zip/zip_reader.hpp"

#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace wheelforge::audit {

/// Remembers the facts of members whose name, CRC and sizes occur more than once among the wheels that were announced.
/// All of these may lie: facts are only used again where the compressed bytes are equal, which is cheaper to see than
/// to inflate them. Any number of threads may use one at once; announce() comes before.
class MemberCache {
public:
  /// A member that was read, and the archive to compare its bytes with.
  struct Seen {
    std::shared_ptr<const zip::ZipReader> archive;
    zip::ZipMember member;
    ElfFacts facts;
  };

  /// Counts the members of one wheel of the run.
  void announce(const zip::ZipReader& archive);
  /// True where a member like this one was announced more than once.
  [[nodiscard]] bool is_repeated(const zip::ZipMember& member) const;
  void remember(std::shared_ptr<const zip::ZipReader> archive, const zip::ZipMember& member, const ElfFacts& facts);
  /// Those that look the same.
  [[nodiscard]] std::vector<std::shared_ptr<const Seen>> alike(const zip::ZipMember& member) const;

  /// Smaller members are inflated as fast as they are compared.
  static constexpr std::uint64_t kSmallest = std::uint64_t{64} << 10U;

private:
  std::unordered_map<std::uint64_t, unsigned> announced_; ///< by key
  mutable std::mutex mutex_;
  std::unordered_multimap<std::uint64_t, std::shared_ptr<const Seen>> seen_; ///< by key
};

} // namespace wheelforge::audit
