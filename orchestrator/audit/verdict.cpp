// From what the files want to the tag that may be promised.
#include "orchestrator/audit/verdict.hpp"

#include "orchestrator/audit/known_names.hpp"

#include <algorithm>
#include <charconv>
#include <tuple>

namespace wheelforge::audit {
namespace {

bool starts_with(std::string_view text, std::string_view prefix) { return text.substr(0, prefix.size()) == prefix; }

/// "2.17" → {2, 17}; a third number ("2.2.5") is dropped.
std::optional<tags::LibcVersion> parse_release(std::string_view text) {
  tags::LibcVersion version;
  const char* const end = text.data() + text.size();
  const auto major = std::from_chars(text.data(), end, version.major);
  if (major.ec != std::errc() || major.ptr == end || *major.ptr != '.') {
    return std::nullopt;
  }
  const auto minor = std::from_chars(major.ptr + 1, end, version.minor);
  if (minor.ec != std::errc() || (minor.ptr != end && *minor.ptr != '.')) {
    return std::nullopt;
  }
  return version;
}

/// Collects the demands of one wheel.
class DemandCollector {
public:
  DemandCollector(const WheelScan& scan, const ArchPolicies& policies) : scan_(scan), policies_(policies) {
    if (scan.record.value) {
      for (const wheel::RecordEntry& entry : scan.record.value->entries) {
        recorded_.insert(entry.path);
      }
    }
  }

  void versions(const ElfFacts& facts, const std::set<std::string_view>& from_wheel) {
    for (const NeededLibrary& library : facts.versions) {
      if (from_wheel.count(library.soname) != 0 && !policies_.first_allowing_library(library.soname)) {
        continue; // the wheel's own library satisfies it
      }
      for (const NeededVersion& version : library.versions) {
        if (version.weak) {
          continue; // the loader goes on without it
        }
        add_version(facts, library, version);
      }
    }
  }

  void dependency(const ElfFacts& facts, const Dependency& dependency) {
    Demand demand{std::nullopt, {facts.path, dependency.soname, {}, {}}, code_of(facts)};
    switch (dependency.outcome) {
    case Dependency::Outcome::in_wheel:
    case Dependency::Outcome::loader:
    case Dependency::Outcome::driver: // whatever its machine has: no C library is asked for
      return;
    case Dependency::Outcome::other_package: // the wheel is installed with it, so it can promise no more
      if (const auto floor = provider_floor(dependency.package, dependency.soname)) {
        demand.floor = floor;
        demand.code = "library-from-dependency";
        break;
      }
      return;
    case Dependency::Outcome::system:
      if (const auto first = policies_.first_allowing_library(dependency.soname); first && *first > 0) {
        demand.floor = policies_.policy(*first).version;
        break;
      }
      return;
    case Dependency::Outcome::not_on_path:
      demand.code = "library-not-on-path";
      break;
    case Dependency::Outcome::libpython:
    case Dependency::Outcome::missing:
      break;
    }
    demands_.push_back(std::move(demand));
  }

  void forbidden_symbols(const ElfFacts& facts) {
    for (const std::string& symbol : facts.forbidden_symbols) {
      for (const std::string& soname : facts.needed) {
        std::size_t index = policies_.size();
        while (index > 0 && !policies_.forbids(index - 1, soname, symbol)) {
          --index;
        }
        if (index == 0) {
          continue;
        }
        Demand demand{std::nullopt, {facts.path, soname, {}, {symbol}}, code_of(facts)};
        if (index < policies_.size()) {
          demand.floor = policies_.policy(index).version;
        }
        demands_.push_back(std::move(demand));
      }
    }
  }

  void packed_relocations(const ElfFacts& facts) {
    const bool is_marked = std::any_of(facts.versions.begin(), facts.versions.end(), [](const NeededLibrary& library) {
      return std::any_of(library.versions.begin(), library.versions.end(),
                         [](const NeededVersion& version) { return version.name == "GLIBC_ABI_DT_RELR"; });
    });
    if (policies_.libc() == Libc::glibc && facts.relocations.has_relr && !is_marked) {
      demands_.push_back({tags::LibcVersion{2, 36}, {facts.path, "", "DT_RELR", {}}, "relr-unmarked"});
    }
  }

  /// Symbols that musl 1.1 does not have.
  void musl_symbols(const ElfFacts& facts, const std::vector<std::uint64_t>& wheel_exports) {
    if (policies_.libc() != Libc::musl) {
      return;
    }
    std::vector<std::string> symbols;
    for (const UndefinedSymbol& symbol : facts.undefined) {
      if (!symbol.weak && !musl_release_of(symbol.name).empty() &&
          !std::binary_search(wheel_exports.begin(), wheel_exports.end(), symbol_hash(symbol.name))) {
        symbols.push_back(symbol.name);
      }
    }
    if (!symbols.empty()) {
      demands_.push_back({tags::LibcVersion{1, 2}, {facts.path, "libc.so", "musl 1.2", std::move(symbols)}, ""});
    }
  }

  std::vector<Demand> take() { return std::move(demands_); }

private:
  [[nodiscard]] std::string code_of(const ElfFacts& facts) const {
    if (scan_.record.value && recorded_.count(facts.path) == 0) {
      return "file-not-in-record";
    }
    return facts.sections_seen.has_version_r || facts.sections_seen.has_dynsym ? "" : "no-section-headers";
  }

  void add_version(const ElfFacts& facts, const NeededLibrary& library, const NeededVersion& version) {
    const std::string_view prefix = version_prefix(version.name);
    if (!policies_.judges_prefix(prefix)) {
      return;
    }
    Demand demand{std::nullopt, {facts.path, library.soname, version.name, version.symbols}, code_of(facts)};
    if (is_loader_soname(library.soname)) {
      demand.code = "loader-version";
    }
    const auto first = policies_.first_naming_version(version.name);
    if (first) {
      demand.floor = policies_.policy(*first).version;
    }
    if (prefix == "GLIBC" && policies_.libc() == Libc::glibc) {
      const auto release = glibc_release_of(version.name);
      demand.floor = demand.floor && release ? std::min(*demand.floor, *release) : release ? release : demand.floor;
    }
    demands_.push_back(std::move(demand));
  }

  const WheelScan& scan_;
  const ArchPolicies& policies_;
  std::set<std::string_view> recorded_;
  std::vector<Demand> demands_;
};

/// The widest policy that is not wider than the floor asks: index of the last policy whose version is ≤ `version`.
std::optional<std::size_t> policy_at(const ArchPolicies& policies, tags::LibcVersion version) {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < policies.size() && policies.policy(i).version <= version; ++i) {
    found = i;
  }
  return found;
}

tags::PlatformTag tag_of(const ArchPolicies& policies, tags::LibcVersion version) {
  return policies.libc() == Libc::glibc ? tags::manylinux(version, policies.architecture())
                                        : tags::musllinux(version, policies.architecture());
}

/// For each policy that is wider than the tag: what it lacks and the next narrower has. Nearest first.
std::vector<WhyNot> explain(const std::vector<Demand>& demands, const ArchPolicies& policies,
                            std::optional<tags::LibcVersion> reached) {
  std::vector<WhyNot> why_not;
  std::optional<tags::LibcVersion> narrower = reached;
  for (std::size_t i = policies.size(); i-- > 0;) {
    const tags::LibcVersion version = policies.policy(i).version;
    if (reached && version >= *reached) {
      continue;
    }
    WhyNot why{policies.tag(i).text, {}};
    for (const Demand& demand : demands) {
      const bool is_above = !demand.floor || *demand.floor > version;
      const bool is_new = !demand.floor ? !narrower : (!narrower || *demand.floor <= *narrower);
      if (is_above && is_new) {
        why.obstacles.push_back(demand.obstacle);
      }
    }
    narrower = version;
    std::sort(why.obstacles.begin(), why.obstacles.end(), [](const Obstacle& a, const Obstacle& b) {
      return std::tie(a.path, a.library, a.version) < std::tie(b.path, b.library, b.version);
    });
    why.obstacles.erase(std::unique(why.obstacles.begin(), why.obstacles.end()), why.obstacles.end());
    if (!why.obstacles.empty()) {
      why_not.push_back(std::move(why));
    }
  }
  return why_not;
}

} // namespace

std::optional<tags::LibcVersion> glibc_release_of(std::string_view version) {
  constexpr std::string_view kPrefix = "GLIBC_";
  if (!starts_with(version, kPrefix)) {
    return std::nullopt;
  }
  // Source: glibc NEWS 2.36 and 2.42.
  if (version == "GLIBC_ABI_DT_RELR") {
    return tags::LibcVersion{2, 36};
  }
  if (version == "GLIBC_ABI_GNU2_TLS" || version == "GLIBC_ABI_GNU_TLS" || version == "GLIBC_ABI_DT_X86_64_PLT") {
    return tags::LibcVersion{2, 42};
  }
  return parse_release(version.substr(kPrefix.size()));
}

Platform platform_of(const WheelScan& scan, const std::vector<tags::PlatformTag>& claimed) {
  Platform platform;
  for (const ElfFacts& facts : scan.elfs) {
    const bool is_claimed = facts.arch && std::any_of(claimed.begin(), claimed.end(),
                                                      [&](const auto& tag) { return tag.arch == facts.arch; });
    if (is_claimed) {
      platform.arch = facts.arch;
      break;
    }
    if (!platform.arch) {
      platform.arch = facts.arch;
    }
  }
  for (const ElfFacts& facts : scan.elfs) {
    if (facts.arch && facts.arch == platform.arch) {
      const auto libc = libc_of(facts);
      platform.has_glibc = platform.has_glibc || libc == Libc::glibc;
      platform.has_musl = platform.has_musl || libc == Libc::musl;
    }
  }
  const auto claims = [&](tags::PlatformFamily family) {
    return std::any_of(claimed.begin(), claimed.end(), [&](const auto& tag) { return tag.family == family; });
  };
  const bool claims_musl = claims(tags::PlatformFamily::musllinux) && !claims(tags::PlatformFamily::manylinux);
  if (platform.has_glibc && platform.has_musl) {
    platform.libc = claims_musl ? Libc::musl : Libc::glibc;
  } else if (platform.has_glibc || platform.has_musl) {
    platform.libc = platform.has_musl ? Libc::musl : Libc::glibc;
  } else if (claims_musl) {
    platform.libc = Libc::musl;
  }
  return platform;
}

std::vector<Demand> collect_demands(const WheelScan& scan, const Loader& loader, const ArchPolicies& policies,
                                    const std::vector<std::uint64_t>& wheel_exports) {
  DemandCollector collector(scan, policies);
  std::size_t next = 0;
  const std::vector<Dependency>& dependencies = loader.dependencies();
  for (std::size_t i = 0; i < scan.elfs.size(); ++i) {
    const ElfFacts& facts = scan.elfs[i];
    std::set<std::string_view> from_wheel;
    for (; next < dependencies.size() && dependencies[next].elf == i; ++next) {
      if (dependencies[next].outcome == Dependency::Outcome::in_wheel) {
        from_wheel.insert(dependencies[next].soname);
      }
      collector.dependency(facts, dependencies[next]);
    }
    if (facts.arch != policies.architecture() || libc_of(facts).value_or(policies.libc()) != policies.libc()) {
      continue;
    }
    collector.versions(facts, from_wheel);
    collector.forbidden_symbols(facts);
    collector.packed_relocations(facts);
    collector.musl_symbols(facts, wheel_exports);
  }
  return collector.take();
}

Verdict decide(const std::vector<Demand>& demands, const ArchPolicies& policies, const std::set<std::string>& blockers,
               const AuditwheelVerdict& auditwheel, tags::LibcVersion musl_floor) {
  Verdict verdict;
  const tags::PlatformTag linux = tags::plain_linux(policies.architecture());
  const bool is_impossible = policies.size() == 0 || std::any_of(demands.begin(), demands.end(),
                                                                 [](const Demand& demand) { return !demand.floor; });
  std::optional<tags::LibcVersion> reached;
  if (!is_impossible) {
    reached = policies.policy(0).version;
    for (const Demand& demand : demands) {
      reached = std::max(*reached, *demand.floor);
    }
    if (policies.libc() == Libc::musl) {
      reached = std::max(*reached, musl_floor);
    }
  }
  verdict.why_not = explain(demands, policies, reached);
  if (reached && blockers.empty()) {
    verdict.tag = tag_of(policies, *reached);
    if (const auto nearest = policy_at(policies, *reached)) {
      verdict.nearest_policy = policies.tag(*nearest).text;
    }
  } else {
    verdict.tag = linux;
  }
  if (auditwheel.tag && *auditwheel.tag == verdict.tag.text) {
    return verdict;
  }
  std::set<std::string> codes;
  if (!auditwheel.tag) {
    codes.insert("auditwheel-stops");
  } else {
    codes.insert(blockers.begin(), blockers.end());
    const auto theirs = tags::parse_platform_tag(*auditwheel.tag);
    for (const Demand& demand : demands) {
      const bool is_beyond =
          theirs && theirs->family != tags::PlatformFamily::linux && (!demand.floor || *demand.floor > theirs->version);
      if (is_beyond && !demand.code.empty()) {
        codes.insert(demand.code);
      }
    }
    const bool is_beyond_policies =
        reached && policies.size() > 0 && *reached > policies.policy(policies.size() - 1).version;
    const bool is_between_policies =
        reached && theirs && theirs->family != tags::PlatformFamily::linux && *reached < theirs->version;
    if (policies.libc() == Libc::musl && is_between_policies) {
      codes.insert("musl-floor");
    } else if (codes.empty() && (is_beyond_policies || is_between_policies)) {
      codes.insert("no-policy");
    }
  }
  verdict.differs_because.assign(codes.begin(), codes.end());
  return verdict;
}

} // namespace wheelforge::audit
