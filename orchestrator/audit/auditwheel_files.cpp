// From RECORD's lines to the files that auditwheel takes, with everything that may end it on the way.
#include "orchestrator/audit/auditwheel_files.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

namespace wheelforge::audit {
namespace {

/// The libc of one file: interpreter, then DT_NEEDED, then its name. Sets the problem when these contradict each other.
std::optional<Libc> libc_as_lddtree(const ElfFacts& facts, std::string& problem) {
  std::optional<Libc> libc;
  if (facts.interpreter) {
    libc = file_name_of(*facts.interpreter).starts_with("ld-musl-") ? Libc::musl : Libc::glibc;
  }
  for (const std::string& soname : facts.needed) {
    std::optional<Libc> named;
    if (soname.starts_with("libc.musl-") || soname.starts_with("ld-musl-")) {
      named = Libc::musl;
    } else if (soname == "libc.so.6" || soname.starts_with("ld-linux-") || soname.starts_with("ld64.so.")) {
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

/// Goes through the files one by one and keeps those that count.
class Collection {
public:
  Collection(const zip::ZipReader& archive, const WheelScan& scan, std::optional<tags::Architecture> arch,
             std::optional<Libc> libc)
      : archive_(archive), scan_(scan), files_(archive, scan), search_(files_, scan) {
    result_.arch = arch;
    result_.libc = libc;
  }

  CountedFiles run() {
    result_.problem = collect();
    return std::move(result_);
  }

private:
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
      if (path.ends_with(".py")) {
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
    if (result_.files.empty()) {
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
    return depth < 0 || path.starts_with("/");
  }

  [[nodiscard]] bool has_header(std::string_view path) const {
    return std::any_of(scan_.broken_elfs.begin(), scan_.broken_elfs.end(), [&](const BrokenElf& broken) {
      return broken.has_header && normal_path(broken.path).substr(1) == path;
    });
  }

  /// _fixup_elf_trees: as soon as a file that is no extension has an unresolved library, the libraries of every tree
  /// without one must be files, the interpreter among them. On Debian for x86-64 only one interpreter is.
  [[nodiscard]] bool trips_over_interpreter() const {
    const bool needs_help = std::any_of(result_.files.begin(), result_.files.end(), [](const CountedFile& counted) {
      return !counted.is_extension && !counted.tree.is_resolved();
    });
    return needs_help && std::any_of(result_.files.begin(), result_.files.end(), [&](const CountedFile& counted) {
             const auto& interpreter = scan_.elfs[counted.elf].interpreter;
             return interpreter && *interpreter != "/lib64/ld-linux-x86-64.so.2" && counted.tree.is_resolved();
           });
  }

  std::string take(std::size_t index, const std::string& path) {
    const ElfFacts& facts = scan_.elfs[index];
    if (path.find("/purelib/") != std::string::npos || path.starts_with("purelib/")) {
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
    if (!facts.arch || (result_.arch && *facts.arch != *result_.arch)) {
      return {}; // ignored with a warning
    }
    result_.arch = facts.arch;
    if (libc && result_.libc && *libc != *result_.libc) {
      return {};
    }
    result_.libc = result_.libc ? result_.libc : libc;
    if (facts.sections_seen.is_hollow) {
      return fmt::format("{} has section headers without the sections", path);
    }
    const bool is_extension = facts.sections_seen.has_dynsym && facts.extension != ExtensionKind::none;
    if (is_extension) {
      if (!result_.libc) {
        return fmt::format("the libc of the Python extension {} cannot be told", path);
      }
      result_.uses_pyfpe_or_ucs2 = result_.uses_pyfpe_or_ucs2 || facts.uses_pyfpe ||
                                   (facts.extension == ExtensionKind::python2 && facts.uses_ucs2);
    }
    result_.files.push_back({index, is_extension, std::move(tree)});
    return {};
  }

  const zip::ZipReader& archive_;
  const WheelScan& scan_;
  WheelFiles files_;
  LibrarySearch search_;
  CountedFiles result_;
};

} // namespace

CountedFiles counted_files(const zip::ZipReader& archive, const WheelScan& scan, std::optional<tags::Architecture> arch,
                           std::optional<Libc> libc) {
  return Collection(archive, scan, arch, libc).run();
}

} // namespace wheelforge::audit
