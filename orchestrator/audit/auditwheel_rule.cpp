// auditwheel's rule: which files count, which policy each of its six judgements picks, and the least of them.
#include "orchestrator/audit/auditwheel_rule.hpp"

#include "orchestrator/audit/library_tree.hpp"
#include "orchestrator/audit/policy.hpp"
#include "orchestrator/wheel/wheel_name.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace wheelforge::audit {
namespace {

bool starts_with(std::string_view text, std::string_view prefix) { return text.substr(0, prefix.size()) == prefix; }
bool ends_with(std::string_view text, std::string_view suffix) {
  return text.size() >= suffix.size() && text.substr(text.size() - suffix.size()) == suffix;
}

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
                            (ends_with(platform.text, "_x86_64_v2") || ends_with(platform.text, "_x86_64_v3") ||
                             ends_with(platform.text, "_x86_64_v4"));
      if (ends_with(platform.text, name) || is_level) {
        archs.insert(arch);
        found = true;
      }
    }
    if (ends_with(platform.text, "_arm64_v8a")) {
      archs.insert(tags::Architecture::aarch64);
      found = true;
    }
    missed = missed || !found;
    for (const std::string_view prefix : {"manylinux", "musllinux", "android"}) {
      if (starts_with(platform.text, prefix)) {
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

/// The libc of one file: interpreter, then DT_NEEDED, then its name. Sets the problem when these contradict each other.
std::optional<Libc> libc_as_lddtree(const ElfFacts& facts, std::string& problem) {
  std::optional<Libc> libc;
  if (facts.interpreter) {
    libc = starts_with(file_name_of(*facts.interpreter), "ld-musl-") ? Libc::musl : Libc::glibc;
  }
  for (const std::string& soname : facts.needed) {
    std::optional<Libc> named;
    if (starts_with(soname, "libc.musl-") || starts_with(soname, "ld-musl-")) {
      named = Libc::musl;
    } else if (soname == "libc.so.6" || starts_with(soname, "ld-linux-") || starts_with(soname, "ld64.so.")) {
      named = Libc::glibc;
    }
    if (named && libc && *named != *libc) {
      problem = fmt::format("{} needs {} and is made for {}", facts.path, soname, to_string(*libc));
      return libc;
    }
    libc = libc ? libc : named;
  }
  if (!libc) {
    libc = libc_by_name(file_name_of(facts.path));
  }
  return libc;
}

bool is_loader(std::string_view soname) {
  return soname.find("ld-linux") != std::string_view::npos || soname == "ld64.so.2" || soname == "ld64.so.1";
}

/// One file that counts.
struct Counted {
  std::size_t elf = 0;
  bool is_extension = false;
  LibraryTree tree;
};

/// Everything between the file list and the verdict.
class Rule {
public:
  Rule(const zip::ZipReader& archive, const WheelScan& scan)
      : archive_(archive), scan_(scan), files_(archive, scan), search_(files_, scan) {}

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
    arch_ = facts.arch;
    libc_ = facts.libc;
    verdict.reason = collect();
    if (!verdict.reason.empty()) {
      return verdict;
    }
    const ArchPolicies policies = PolicyTable::built_in().of(libc_.value_or(Libc::glibc), *arch_);
    if (policies.size() == 0) {
      verdict.reason = fmt::format("there is no policy for {} on {}", to_string(policies.libc()),
                                   tags::to_string(policies.architecture()));
      return verdict;
    }
    if (const Counted* root = with_unknown_level(); root != nullptr) {
      verdict.reason = fmt::format("{} is marked as needing an unknown x86-64 level", scan_.elfs[root->elf].path);
      return verdict;
    }
    const std::size_t linux = policies.size();
    const auto tag_of = [&](std::size_t index) {
      return index == linux ? tags::plain_linux(*arch_).text : policies.tag(index).text;
    };
    const std::size_t symbols = by_versions(policies);
    verdict.sym_tag = tag_of(symbols);
    verdict.tag = tag_of(std::max({symbols, by_references(policies), uses_pyfpe_or_ucs2_ ? linux : first(policies),
                                   needs_more_than_baseline() ? linux : first(policies)}));
    return verdict;
  }

private:
  /// On a host that is not musl's only the newest musllinux policy is looked at.
  static std::size_t first(const ArchPolicies& policies) {
    return policies.libc() == Libc::musl ? policies.size() - 1 : 0;
  }

  /// The files in RECORD's order; gives the reason when auditwheel stops.
  std::string collect() {
    // Everything is unpacked first, by Python's zipfile: stored, deflate, bzip2 (12) and LZMA (14).
    for (const zip::ZipMember& member : archive_.members()) {
      if (member.is_encrypted() || (member.method != zip::kStored && member.method != zip::kDeflated &&
                                    member.method != 12 && member.method != 14)) {
        return fmt::format("{} cannot be unpacked", member.name);
      }
    }
    if (!scan_.record.value && scan_.record_paths.empty()) {
      return scan_.record.problem;
    }
    if (scan_.record.value && scan_.record.value->has_blank_line) {
      return "RECORD has a blank line";
    }
    std::set<std::size_t> seen;
    for (const std::string& listed : recorded_paths()) {
      const std::string path = normal_path(listed).substr(1);
      if (ends_with(path, ".py")) {
        continue;
      }
      if (leads_out(listed)) {
        return fmt::format("RECORD lists {}, which is not below the wheel's root", listed);
      }
      const WheelFiles::Entry found = files_.at(path);
      if (found.kind == WheelFiles::Kind::absent || found.kind == WheelFiles::Kind::folder) {
        return fmt::format("RECORD lists {}, which is not there", listed);
      }
      if (found.kind == WheelFiles::Kind::broken_elf) {
        if (!has_header(path)) {
          continue; // no ELF file to pyelftools
        }
        return fmt::format("{} cannot be parsed", path);
      }
      if (found.kind == WheelFiles::Kind::elf && seen.insert(found.elf).second) {
        if (std::string problem = take(found.elf, path); !problem.empty()) {
          return problem;
        }
      }
    }
    if (counted_.empty()) {
      return "no ELF file of the wheel's architecture and libc was found";
    }
    return trips_over_interpreter() ? "a program's interpreter is not installed where auditwheel runs" : "";
  }

  [[nodiscard]] std::vector<std::string> recorded_paths() const {
    if (!scan_.record.value) {
      return scan_.record_paths;
    }
    std::vector<std::string> paths;
    for (const wheel::RecordEntry& entry : scan_.record.value->entries) {
      paths.push_back(entry.path);
    }
    return paths;
  }

  /// An absolute path, or one that climbs out of the root.
  static bool leads_out(std::string_view path) {
    int depth = 0;
    for (std::size_t begin = 0; begin < path.size() && depth >= 0;) {
      const std::size_t end = std::min(path.find('/', begin), path.size());
      const std::string_view part = path.substr(begin, end - begin);
      depth += part == ".." ? -1 : part.empty() || part == "." ? 0 : 1;
      begin = end + 1;
    }
    return depth < 0 || starts_with(path, "/");
  }

  [[nodiscard]] bool has_header(std::string_view path) const {
    return std::any_of(scan_.broken_elfs.begin(), scan_.broken_elfs.end(), [&](const BrokenElf& broken) {
      return broken.has_header && normal_path(broken.path).substr(1) == path;
    });
  }

  /// _fixup_elf_trees: as soon as a file that is no extension has an unresolved library, the libraries of every tree
  /// without one must be files, the interpreter among them. On Debian for x86-64 only one interpreter is.
  [[nodiscard]] bool trips_over_interpreter() const {
    const bool needs_help = std::any_of(counted_.begin(), counted_.end(), [](const Counted& counted) {
      return !counted.is_extension && !counted.tree.is_resolved();
    });
    return needs_help && std::any_of(counted_.begin(), counted_.end(), [&](const Counted& counted) {
             const auto& interpreter = scan_.elfs[counted.elf].interpreter;
             return interpreter && *interpreter != "/lib64/ld-linux-x86-64.so.2" && counted.tree.is_resolved();
           });
  }

  std::string take(std::size_t index, const std::string& path) {
    const ElfFacts& facts = scan_.elfs[index];
    if (path.find("/purelib/") != std::string::npos || starts_with(path, "purelib/")) {
      return fmt::format("{} is in a purelib folder", path);
    }
    if (facts.section_state == elf::SectionState::broken) {
      return fmt::format("the section headers of {} cannot be read", path);
    }
    std::string problem;
    const std::optional<Libc> libc = libc_as_lddtree(facts, problem);
    LibraryTree tree = search_.tree(index, libc == Libc::musl);
    if (problem.empty()) {
      problem = tree.problem;
    }
    if (!problem.empty()) {
      return problem;
    }
    if (!facts.arch || (arch_ && *facts.arch != *arch_)) {
      return {}; // ignored with a warning
    }
    arch_ = facts.arch;
    if (libc && libc_ && *libc != *libc_) {
      return {};
    }
    libc_ = libc_ ? libc_ : libc;
    if (facts.sections_seen.is_hollow) {
      return fmt::format("{} has section headers without the sections", path);
    }
    const bool is_extension = facts.sections_seen.has_dynsym && facts.extension != ExtensionKind::none;
    if (is_extension) {
      if (!libc_) {
        return fmt::format("the libc of the Python extension {} cannot be told", path);
      }
      uses_pyfpe_or_ucs2_ =
          uses_pyfpe_or_ucs2_ || facts.uses_pyfpe || (facts.extension == ExtensionKind::python2 && facts.uses_ucs2);
    }
    counted_.push_back({index, is_extension, std::move(tree)});
    return {};
  }

  /// elf_find_versioned_symbols over all files, then versioned_symbols_policy.
  [[nodiscard]] std::size_t by_versions(const ArchPolicies& policies) const {
    std::set<std::string_view> versions;
    for (const Counted& counted : counted_) {
      const ElfFacts& facts = scan_.elfs[counted.elf];
      if (!facts.sections_seen.has_version_r) {
        continue;
      }
      for (const NeededLibrary& library : facts.versions) {
        if (starts_with(library.soname, "ld-linux") || library.soname == "ld64.so.2" || library.soname == "ld64.so.1") {
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
  [[nodiscard]] std::vector<const Counted*> roots() const {
    std::set<std::string_view> needed;
    for (const Counted& counted : counted_) {
      needed.insert(scan_.elfs[counted.elf].needed.begin(), scan_.elfs[counted.elf].needed.end());
    }
    std::vector<const Counted*> roots;
    for (const Counted& counted : counted_) {
      if (counted.is_extension || needed.count(file_name_of(scan_.elfs[counted.elf].path)) == 0) {
        roots.push_back(&counted);
      }
    }
    return roots;
  }

  /// get_req_external: follows what the policy does not allow, and asks whether all of that is in the wheel.
  [[nodiscard]] bool has_external(const ArchPolicies& policies, std::size_t index, const Counted& root) const {
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
    const std::vector<const Counted*> all = roots();
    std::size_t references = first(policies);
    while (references < policies.size() && std::any_of(all.begin(), all.end(), [&](const Counted* root) {
             return has_external(policies, references, *root);
           })) {
      ++references;
    }
    std::size_t forbidden = first(policies);
    while (forbidden < policies.size() && std::any_of(all.begin(), all.end(), [&](const Counted* root) {
             return has_forbidden(policies, forbidden, scan_.elfs[root->elf]);
           })) {
      ++forbidden;
    }
    return std::max(references, forbidden);
  }

  /// A root whose note has none of the levels that _get_platform knows, but some other bit.
  [[nodiscard]] const Counted* with_unknown_level() const {
    for (const Counted* root : roots()) {
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
    const std::vector<const Counted*> all = roots();
    return std::any_of(all.begin(), all.end(), [&](const Counted* root) {
      const ElfFacts& facts = scan_.elfs[root->elf];
      return facts.arch == tags::Architecture::x86_64 && facts.sections_seen.has_x86_isa_note &&
             (facts.properties.x86_isa_needed.value_or(0) & kKnownLevels) != 0;
    });
  }

  static constexpr std::uint32_t kKnownLevels = elf::kX86IsaV2 | elf::kX86IsaV3 | elf::kX86IsaV4;

  const zip::ZipReader& archive_;
  const WheelScan& scan_;
  WheelFiles files_;
  LibrarySearch search_;
  std::optional<tags::Architecture> arch_;
  std::optional<Libc> libc_;
  std::vector<Counted> counted_;
  bool uses_pyfpe_or_ucs2_ = false;
};

} // namespace

AuditwheelVerdict auditwheel_verdict(const zip::ZipReader& archive, const WheelScan& scan, std::string_view file_name) {
  return Rule(archive, scan).judge(file_name);
}

} // namespace wheelforge::audit
