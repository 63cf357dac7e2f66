// One wheel from top to bottom: scan, auditwheel's verdict, checks, our verdict, report.
#include "orchestrator/audit/audit.hpp"

#include "orchestrator/audit/auditwheel_rule.hpp"
#include "orchestrator/audit/checks.hpp"

#include <algorithm>

namespace wheelforge::audit {
namespace {

/// Codes of which one error means: some file does not load on systems that every manylinux tag promises.
constexpr std::string_view kBlockers[] = {"executable-stack", "undefined-symbol", "isa-level", "pyfpe", "ucs2"};

std::set<std::string> blockers_of(const Findings& findings) {
  std::set<std::string> blockers;
  for (const Finding& finding : findings.sorted()) {
    if (finding.severity == Severity::error &&
        std::find(std::begin(kBlockers), std::end(kBlockers), finding.code) != std::end(kBlockers)) {
      blockers.insert(finding.code);
    }
  }
  return blockers;
}

/// The newest GLIBC version; of several symbols' versions the one that sorts last by release.
std::optional<VersionFloor> floor_of(const ElfFacts& facts) {
  std::optional<VersionFloor> floor;
  std::optional<tags::LibcVersion> newest;
  for (const NeededLibrary& library : facts.versions) {
    for (const NeededVersion& version : library.versions) {
      const auto release = glibc_release_of(version.name);
      if (!release || (newest && *release < *newest)) {
        continue;
      }
      if (!newest || *release > *newest) {
        newest = release;
        floor = VersionFloor{version.name, version.symbols};
      } else {
        floor->symbols.insert(floor->symbols.end(), version.symbols.begin(), version.symbols.end());
      }
    }
  }
  if (floor) {
    std::sort(floor->symbols.begin(), floor->symbols.end());
    floor->symbols.erase(std::unique(floor->symbols.begin(), floor->symbols.end()), floor->symbols.end());
  }
  return floor;
}

ElfReport report_of(const ElfFacts& facts) {
  ElfReport report;
  report.path = facts.path;
  report.arch = facts.arch ? std::string(tags::to_string(*facts.arch)) : std::string();
  report.needed = facts.needed;
  report.soname = facts.soname;
  report.rpath = facts.rpath;
  report.runpath = facts.runpath;
  for (const NeededLibrary& library : facts.versions) {
    std::vector<std::string>& versions = report.versions[library.soname];
    for (const NeededVersion& version : library.versions) {
      versions.push_back(version.name);
    }
    std::sort(versions.begin(), versions.end());
    versions.erase(std::unique(versions.begin(), versions.end()), versions.end());
  }
  report.floor = floor_of(facts);
  report.is_extension = facts.is_module();
  report.size_bytes = facts.size_bytes;
  report.debug_bytes = facts.debug_bytes + facts.symtab_bytes;
  report.device = facts.device;
  return report;
}

void fill_external(const WheelScan& scan, const Loader& loader, AuditReport& report) {
  for (const Dependency& dependency : loader.dependencies()) {
    if (dependency.outcome == Dependency::Outcome::missing || dependency.outcome == Dependency::Outcome::libpython ||
        dependency.outcome == Dependency::Outcome::other_package || dependency.outcome == Dependency::Outcome::driver) {
      report.external[dependency.soname].push_back(scan.elfs[dependency.elf].path);
    }
  }
  for (auto& [soname, paths] : report.external) {
    std::sort(paths.begin(), paths.end());
    paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  }
}

/// The wheel has no file that a loader could load.
void audit_pure(const CheckInput& input, const AuditwheelVerdict& auditwheel, Findings& findings, AuditReport& report) {
  report.tag = "any";
  if (!auditwheel.tag) {
    report.differs_because = {"auditwheel-stops"};
  }
  if (!report.claimed.empty() && report.claimed != std::vector{tags::PlatformTag{}}) {
    findings.add("claim-without-elf", "",
                 fmt::format("the file name says {}, but no usable ELF file is inside", report.claimed.front().text));
  }
  check_contents(input, findings);
}

/// Files for musl 1.1 cannot be told from those for 1.2 unless they use what 1.2 added. The claim decides: without one
/// it is 1.2, which all systems in use have.
tags::LibcVersion musl_floor(const std::vector<tags::PlatformTag>& claimed) {
  const bool claims_older = std::any_of(claimed.begin(), claimed.end(), [](const tags::PlatformTag& tag) {
    return tag.family == tags::PlatformFamily::musllinux && tag.version < tags::LibcVersion{1, 2};
  });
  return claims_older ? tags::LibcVersion{1, 1} : tags::LibcVersion{1, 2};
}

void audit_platform(const CheckInput& input, const AuditwheelVerdict& auditwheel, Findings& findings,
                    AuditReport& report) {
  const ArchPolicies policies =
      PolicyTable::built_in().of(input.platform.libc.value_or(Libc::glibc), *input.platform.arch);
  const std::vector<std::string> required =
      input.scan.metadata.value ? input.scan.metadata.value->required_distributions() : std::vector<std::string>();
  const Loader loader(input.archive, input.scan, policies, required);
  check_contents(input, findings);
  check_loading(input, findings);
  check_dependencies(input, loader, findings);
  const std::vector<std::uint64_t> wheel_exports = exports_of_wheel(input);
  check_symbols(input, loader, policies, wheel_exports, findings);
  check_python(input, wheel_exports, findings);
  check_numpy(input, findings);
  check_practice(input, findings);
  const std::vector<Demand> demands = collect_demands(input.scan, loader, policies, wheel_exports);
  check_loader_versions(demands, findings);
  Verdict verdict = decide(demands, policies, blockers_of(findings), auditwheel, musl_floor(report.claimed));
  if (verdict.differs_because.empty() && auditwheel.tag != verdict.tag.text &&
      findings.has("library-from-dependency")) {
    verdict.differs_because = {"library-from-dependency"};
  }
  check_musl(input, verdict, wheel_exports, findings);
  check_claims(input, verdict, findings);
  report.tag = verdict.tag.text;
  report.nearest_policy = verdict.nearest_policy;
  report.differs_because = std::move(verdict.differs_because);
  report.why_not = std::move(verdict.why_not);
  fill_external(input.scan, loader, report);
}

} // namespace

bool AuditReport::keeps_claim(const tags::PlatformTag& claim) const {
  const auto ours = tags::parse_platform_tag(tag);
  return ours && (tags::same_platform(claim, *ours) || tags::is_wider(*ours, claim));
}

Result<AuditReport> audit_wheel(const zip::ZipReader& archive, std::string_view file_name,
                                const AuditOptions& options) {
  WF_TRY_CONTEXT(const WheelScan scan,
                 scan_wheel(archive, {options.integrity, options.cache, options.shared, options.crew, options.memory}),
                 file_name);
  AuditReport report;
  report.wheel = std::string(file_name);
  Findings findings;
  std::optional<wheel::WheelName> name;
  if (auto parsed = wheel::parse_wheel_name(file_name)) {
    name = *std::move(parsed);
    report.claimed = name->tags.platforms;
  } else {
    findings.add("name-mismatch", "", parsed.error().message);
  }
  const Platform platform = platform_of(scan, report.claimed);
  report.arch = platform.arch;
  report.libc = platform.libc;
  AuditwheelVerdict auditwheel = auditwheel_verdict(archive, scan, file_name);
  const CheckInput input{archive, scan, name, platform};
  check_container(input, findings);
  if (platform.arch) {
    audit_platform(input, auditwheel, findings, report);
  } else {
    audit_pure(input, auditwheel, findings, report);
  }
  for (const ElfFacts& facts : scan.elfs) {
    report.elf_files.push_back(report_of(facts));
  }
  std::sort(report.elf_files.begin(), report.elf_files.end(),
            [](const ElfReport& a, const ElfReport& b) { return a.path < b.path; });
  report.auditwheel_tag = std::move(auditwheel.tag);
  report.auditwheel_reason = std::move(auditwheel.reason);
  if (!options.policy.empty() && platform.arch) {
    auto wanted = tags::parse_platform_tag(options.policy);
    if (!wanted) {
      wanted = tags::parse_platform_tag(fmt::format("{}_{}", options.policy, tags::to_string(*platform.arch)));
    }
    if (!wanted) {
      return tl::unexpected(std::move(wanted).error());
    }
    if (!report.keeps_claim(*wanted)) {
      findings.add("claim-too-wide", "", fmt::format("{} is wanted, the content keeps {}", wanted->text, report.tag));
    }
  }
  report.findings = findings.sorted();
  return report;
}

} // namespace wheelforge::audit
