// auditwheel's rule: what the file name says, which policy each of its six judgements picks, and the least of them.
#include "orchestrator/audit/auditwheel_rule.hpp"

#include "orchestrator/audit/auditwheel_files.hpp"
#include "orchestrator/audit/policy.hpp"
#include "orchestrator/wheel/wheel_name.hpp"

#include <algorithm>
#include <set>
#include <vector>

namespace wheelforge::audit {
namespace {

/// What the platform tags of a file name say to auditwheel.
struct NameFacts {
  std::optional<tags::Architecture> arch; ///< absent when the tags name none, several, or one that is unknown
  std::optional<Libc> libc;               ///< likewise
  bool is_android = false;
};

/// get_wheel_architecture and get_wheel_libc.
NameFacts read_name(const tags::TagSet& set) {
  NameFacts facts;
  std::set<tags::Architecture> archs;
  std::set<std::string_view> libcs;
  bool missed = false;
  for (const tags::PlatformTag& platform : set.platforms) {
    bool found = false;
    for (const tags::Architecture arch : tags::kArchitectures) {
      const std::string name = fmt::format("_{}", tags::to_string(arch));
      const bool is_level = arch == tags::Architecture::x86_64 &&
                            (platform.text.ends_with("_x86_64_v2") || platform.text.ends_with("_x86_64_v3") ||
                             platform.text.ends_with("_x86_64_v4"));
      if (platform.text.ends_with(name) || is_level) {
        archs.insert(arch);
        found = true;
      }
    }
    if (platform.text.ends_with("_arm64_v8a")) {
      archs.insert(tags::Architecture::aarch64);
      found = true;
    }
    missed = missed || !found;
    for (const std::string_view prefix : {"manylinux", "musllinux", "android"}) {
      if (platform.text.starts_with(prefix)) {
        libcs.insert(prefix);
      }
    }
  }
  if (archs.size() == 1 && !missed) {
    facts.arch = *archs.begin();
  }
  if (libcs.size() == 1) {
    facts.is_android = *libcs.begin() == "android";
    facts.libc = *libcs.begin() == "musllinux" ? Libc::musl : Libc::glibc;
  }
  return facts;
}

bool is_loader(std::string_view soname) {
  return soname.find("ld-linux") != std::string_view::npos || soname == "ld64.so.2" || soname == "ld64.so.1";
}

/// Everything between the file name and the verdict.
class Rule {
public:
  Rule(const zip::ZipReader& archive, const WheelScan& scan) : archive_(archive), scan_(scan) {}

  AuditwheelVerdict judge(std::string_view file_name) {
    AuditwheelVerdict verdict;
    const auto name = wheel::parse_wheel_name(file_name);
    if (!name) {
      verdict.reason = name.error().message;
      return verdict;
    }
    const NameFacts facts = read_name(name->tags);
    if (facts.is_android) {
      verdict.reason = "Android's policies are not known here";
      return verdict;
    }
    counted_ = counted_files(archive_, scan_, facts.arch, facts.libc);
    if (!counted_.problem.empty()) {
      verdict.reason = counted_.problem;
      return verdict;
    }
    const ArchPolicies policies = PolicyTable::built_in().of(counted_.libc.value_or(Libc::glibc), *counted_.arch);
    if (policies.size() == 0) {
      verdict.reason = fmt::format("there is no policy for {} on {}", to_string(policies.libc()),
                                   tags::to_string(policies.architecture()));
      return verdict;
    }
    if (const CountedFile* root = with_unknown_level(); root != nullptr) {
      verdict.reason = fmt::format("{} is marked as needing an unknown x86-64 level", scan_.elfs[root->elf].path);
      return verdict;
    }
    const std::size_t linux = policies.size();
    const auto tag_of = [&](std::size_t index) {
      return index == linux ? tags::plain_linux(*counted_.arch).text : policies.tag(index).text;
    };
    const std::size_t symbols = by_versions(policies);
    verdict.sym_tag = tag_of(symbols);
    verdict.tag =
        tag_of(std::max({symbols, by_references(policies), counted_.uses_pyfpe_or_ucs2 ? linux : first(policies),
                         needs_more_than_baseline() ? linux : first(policies)}));
    return verdict;
  }

private:
  /// On a host that is not musl's only the newest musllinux policy is looked at.
  static std::size_t first(const ArchPolicies& policies) {
    return policies.libc() == Libc::musl ? policies.size() - 1 : 0;
  }

  /// elf_find_versioned_symbols over all files, then versioned_symbols_policy.
  [[nodiscard]] std::size_t by_versions(const ArchPolicies& policies) const {
    std::set<std::string_view> versions;
    for (const CountedFile& counted : counted_.files) {
      const ElfFacts& facts = scan_.elfs[counted.elf];
      if (!facts.sections_seen.has_version_r) {
        continue;
      }
      for (const NeededLibrary& library : facts.versions) {
        if (library.soname.starts_with("ld-linux") || library.soname == "ld64.so.2" || library.soname == "ld64.so.1") {
          continue;
        }
        for (const NeededVersion& version : library.versions) {
          versions.insert(version.name);
        }
      }
    }
    std::size_t index = first(policies);
    while (index < policies.size() && !std::all_of(versions.begin(), versions.end(), [&](std::string_view version) {
             return policies.allows_version(index, version);
           })) {
      ++index;
    }
    return index;
  }

  /// Extensions, and what no other file of the wheel needs by its file name.
  [[nodiscard]] std::vector<const CountedFile*> roots() const {
    std::set<std::string_view> needed;
    for (const CountedFile& counted : counted_.files) {
      needed.insert(scan_.elfs[counted.elf].needed.begin(), scan_.elfs[counted.elf].needed.end());
    }
    std::vector<const CountedFile*> roots;
    for (const CountedFile& counted : counted_.files) {
      if (counted.is_extension || needed.count(file_name_of(scan_.elfs[counted.elf].path)) == 0) {
        roots.push_back(&counted);
      }
    }
    return roots;
  }

  /// get_req_external: follows what the policy does not allow, and asks whether all of that is in the wheel.
  [[nodiscard]] bool has_external(const ArchPolicies& policies, std::size_t index, const CountedFile& root) const {
    std::set<std::string_view> seen;
    std::vector<std::string_view> waiting;
    const auto add = [&](const std::vector<std::string>& sonames) {
      for (const std::string& soname : sonames) {
        if (!is_loader(soname) && !policies.allows_library(index, soname) && seen.insert(soname).second) {
          waiting.push_back(soname);
        }
      }
    };
    add(scan_.elfs[root.elf].needed);
    while (!waiting.empty()) {
      const auto found = root.tree.libraries.find(std::string(waiting.back()));
      waiting.pop_back();
      if (found == root.tree.libraries.end() || !found->second.elf) {
        return true;
      }
      add(found->second.needed);
    }
    return false;
  }

  [[nodiscard]] bool has_forbidden(const ArchPolicies& policies, std::size_t index, const ElfFacts& facts) const {
    if (!facts.sections_seen.has_dynsym) {
      return false;
    }
    for (const std::string& symbol : facts.forbidden_symbols) {
      for (const std::string& soname : facts.needed) {
        if (policies.forbids(index, soname, symbol)) {
          return true;
        }
      }
    }
    return false;
  }

  /// The least of the two judgements ref_policy and blacklist_policy.
  [[nodiscard]] std::size_t by_references(const ArchPolicies& policies) const {
    const std::vector<const CountedFile*> all = roots();
    std::size_t references = first(policies);
    while (references < policies.size() && std::any_of(all.begin(), all.end(), [&](const CountedFile* root) {
             return has_external(policies, references, *root);
           })) {
      ++references;
    }
    std::size_t forbidden = first(policies);
    while (forbidden < policies.size() && std::any_of(all.begin(), all.end(), [&](const CountedFile* root) {
             return has_forbidden(policies, forbidden, scan_.elfs[root->elf]);
           })) {
      ++forbidden;
    }
    return std::max(references, forbidden);
  }

  /// A root whose note has none of the levels that _get_platform knows, but some other bit.
  [[nodiscard]] const CountedFile* with_unknown_level() const {
    for (const CountedFile* root : roots()) {
      const ElfFacts& facts = scan_.elfs[root->elf];
      const std::uint32_t level = facts.properties.x86_isa_needed.value_or(0) & ~1U;
      if (facts.arch == tags::Architecture::x86_64 && facts.sections_seen.has_x86_isa_note && level != 0 &&
          (level & kKnownLevels) == 0) {
        return root;
      }
    }
    return nullptr;
  }

  /// _get_machine_policy: only roots are asked for the note of their instruction set.
  [[nodiscard]] bool needs_more_than_baseline() const {
    const std::vector<const CountedFile*> all = roots();
    return std::any_of(all.begin(), all.end(), [&](const CountedFile* root) {
      const ElfFacts& facts = scan_.elfs[root->elf];
      return facts.arch == tags::Architecture::x86_64 && facts.sections_seen.has_x86_isa_note &&
             (facts.properties.x86_isa_needed.value_or(0) & kKnownLevels) != 0;
    });
  }

  static constexpr std::uint32_t kKnownLevels = elf::kX86IsaV2 | elf::kX86IsaV3 | elf::kX86IsaV4;

  const zip::ZipReader& archive_;
  const WheelScan& scan_;
  CountedFiles counted_;
};

} // namespace

AuditwheelVerdict auditwheel_verdict(const zip::ZipReader& archive, const WheelScan& scan, std::string_view file_name) {
  return Rule(archive, scan).judge(file_name);
}

} // namespace wheelforge::audit
