// Our own verdict: the widest platform tag under which the wheel installs and loads, and what stands in the way of
// wider.
#pragma once

#include "orchestrator/audit/auditwheel_rule.hpp"
#include "orchestrator/audit/loader.hpp"
#include "orchestrator/audit/policy.hpp"
#include "orchestrator/audit/report.hpp"
#include "orchestrator/audit/wheel_scan.hpp"

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::audit {

/// The platform that a wheel's files are made for.
struct Platform {
  std::optional<tags::Architecture> arch; ///< absent without usable ELF files
  std::optional<Libc> libc;               ///< absent where no file needs one
  bool has_glibc = false;
  bool has_musl = false;
};

/// The architecture of the file name where one ELF file has it, else that of the first file that has one; the libc of
/// the files of this architecture, the file name's where both occur.
[[nodiscard]] Platform platform_of(const WheelScan& scan, const std::vector<tags::PlatformTag>& claimed);

/// One thing that a file wants from the system.
struct Demand {
  std::optional<tags::LibcVersion> floor; ///< the libc version that has it; absent where no system has it
  Obstacle obstacle;
  std::string code; ///< the finding code when auditwheel judges it differently; empty for what both see
};

/// Everything that the wheel's files of the platform want, in the order of the files. `wheel_exports`: the symbol_hash
/// of what the wheel defines itself, sorted.
[[nodiscard]] std::vector<Demand> collect_demands(const WheelScan& scan, const Loader& loader,
                                                  const ArchPolicies& policies,
                                                  const std::vector<std::uint64_t>& wheel_exports = {});

/// What is decided from the demands.
struct Verdict {
  tags::PlatformTag tag;
  std::string nearest_policy;
  std::vector<WhyNot> why_not;
  std::vector<std::string> differs_because;
};

/// `blockers` are the codes of findings because of which some file never loads on some systems that any manylinux tag
/// promises; with one of them the tag is linux_ARCH. `musl_floor` is the oldest musl that is given without proof.
[[nodiscard]] Verdict decide(const std::vector<Demand>& demands, const ArchPolicies& policies,
                             const std::set<std::string>& blockers, const AuditwheelVerdict& auditwheel,
                             tags::LibcVersion musl_floor = {1, 2});

/// The release of glibc that first has a GLIBC_… version: "GLIBC_2.17" → 2.17, "GLIBC_ABI_DT_RELR" → 2.36. Nothing for
/// GLIBC_PRIVATE and versions that no release is known to have.
[[nodiscard]] std::optional<tags::LibcVersion> glibc_release_of(std::string_view version);

} // namespace wheelforge::audit
