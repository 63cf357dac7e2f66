// The result of an audit as plain data.
#pragma once

#include "orchestrator/audit/finding.hpp"
#include "orchestrator/audit/policy.hpp"
#include "orchestrator/devicecode/device_code.hpp"
#include "orchestrator/tags/platform_tag.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace wheelforge::audit {

/// Why a wider tag is out of reach: one thing that one file wants.
struct Obstacle {
  std::string path;    ///< of the ELF file
  std::string library; ///< "libc.so.6"
  std::string version; ///< "GLIBC_2.34"; empty when the library as such is not allowed
  std::vector<std::string> symbols;

  bool operator==(const Obstacle&) const = default;
};

/// One wider tag and what stands in its way.
struct WhyNot {
  std::string tag;
  std::vector<Obstacle> obstacles; ///< sorted; only those that the next narrower policy does not have
  bool operator==(const WhyNot&) const = default;
};

/// The newest libc version that a file wants, and the symbols that carry it.
struct VersionFloor {
  std::string version; ///< "GLIBC_2.17"
  std::vector<std::string> symbols;

  bool operator==(const VersionFloor&) const = default;
};

/// One ELF file of the wheel.
struct ElfReport {
  std::string path;
  std::string arch; ///< "x86_64"; empty for machines that no tag names
  std::vector<std::string> needed;
  std::string soname;
  std::optional<std::string> rpath;
  std::optional<std::string> runpath;
  std::map<std::string, std::vector<std::string>> versions; ///< library → versions, sorted
  std::optional<VersionFloor> floor;                        ///< absent where no libc version is wanted
  bool is_extension = false;
  std::uint64_t size_bytes = 0;
  std::uint64_t debug_bytes = 0;
  devicecode::DeviceInventory device; ///< code for accelerators

  bool operator==(const ElfReport&) const = default;
};

/// What the loader of one distribution says of the wheel's files.
struct MachineLoads {
  std::string basis;                                           ///< "packages" or "derived"
  std::map<std::string, std::optional<std::string>> sentences; ///< by path; nothing where the file loads

  bool operator==(const MachineLoads&) const = default;
};

/// Everything the audit says about one wheel.
struct AuditReport {
  std::string wheel; ///< the file name
  std::vector<tags::PlatformTag> claimed;
  std::string tag; ///< our verdict: "manylinux_2_17_x86_64", "linux_x86_64", "any"
  std::string
      nearest_policy; ///< the policy that `tag` follows: itself, or the nearest wider one; empty for linux and any
  std::optional<std::string> auditwheel_tag;                ///< absent where auditwheel gives no verdict
  std::string auditwheel_reason;                            ///< why it gives none
  std::vector<std::string> differs_because;                 ///< codes; empty where both verdicts are equal
  std::optional<tags::Architecture> arch;                   ///< absent without ELF files
  std::optional<Libc> libc;                                 ///< absent where no file needs one
  std::vector<ElfReport> elf_files;                         ///< sorted by path
  std::map<std::string, std::vector<std::string>> external; ///< soname → the files that need it, sorted
  std::vector<WhyNot> why_not;                              ///< wider tags, nearest first
  std::vector<Finding> findings;
  std::map<std::string, MachineLoads> on; ///< by the distribution's id; only those that were asked for

  bool operator==(const AuditReport&) const = default;

  /// True where a claimed platform tag is the tag or narrower, whichever way it is spelled; "any" fits "any".
  [[nodiscard]] bool keeps_claim(const tags::PlatformTag& claim) const;
};

} // namespace wheelforge::audit
