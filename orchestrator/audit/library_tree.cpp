// lddtree's search, played on the wheel's file list.
#include "orchestrator/audit/library_tree.hpp"

#include <algorithm>

namespace wheelforge::audit {
namespace {

/// Where the wheel is thought to be unpacked: a name that no DT_RPATH can hold by chance.
constexpr std::string_view kRoot = "/\x01wheel";

/// The path below the root; nothing for paths outside of it.
std::optional<std::string_view> inside(std::string_view path) {
  if (path == kRoot) {
    return std::string_view();
  }
  if (path.size() > kRoot.size() && path.substr(0, kRoot.size()) == kRoot && path[kRoot.size()] == '/') {
    return path.substr(kRoot.size() + 1);
  }
  return std::nullopt;
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// ^libpython\d+\.\d+m?.so(\.\d)*$
bool is_libpython(std::string_view name) {
  constexpr std::string_view kPrefix = "libpython";
  if (name.substr(0, kPrefix.size()) != kPrefix) {
    return false;
  }
  std::size_t at = kPrefix.size();
  const auto digits = [&] {
    const std::size_t begin = at;
    while (at < name.size() && is_digit(name[at])) {
      ++at;
    }
    return at > begin;
  };
  if (!digits() || at >= name.size() || name[at++] != '.' || !digits()) {
    return false;
  }
  const auto rest_matches = [&](std::size_t from) {
    if (from + 3 > name.size() || name.substr(from + 1, 2) != "so") {
      return false;
    }
    std::string_view rest = name.substr(from + 3);
    while (rest.size() >= 2 && rest[0] == '.' && is_digit(rest[1])) {
      rest.remove_prefix(2);
    }
    return rest.empty();
  };
  return rest_matches(at) || (at < name.size() && name[at] == 'm' && rest_matches(at + 1));
}

/// _get_platform().is_compatible: class, byte order and machine equal, OSABI equal or both of the System V kind.
bool is_compatible(const elf::Header& a, const elf::Header& b) {
  const auto is_usual = [](std::uint8_t osabi) { return osabi == elf::kOsabiNone || osabi == elf::kOsabiGnu; };
  return (a.osabi == b.osabi || (is_usual(a.osabi) && is_usual(b.osabi))) && a.elf_class == b.elf_class &&
         a.order == b.order && a.machine == b.machine;
}

using Paths = std::vector<std::string>;

/// parse_ld_paths: splits, expands $ORIGIN, takes "" for the folder auditwheel stands in (the wheel's root), drops what
/// is no folder. Absolute paths lead to the host, where nothing is.
Paths search_paths(const WheelFiles& files, const std::optional<std::string>& text, const std::string& path) {
  Paths paths;
  if (!text || text->empty()) {
    return paths;
  }
  const std::size_t slash = path.rfind('/');
  const std::string origin =
      normal_path(fmt::format("{}/{}", kRoot, slash == std::string::npos ? "" : path.substr(0, slash)));
  for (std::size_t begin = 0; begin <= text->size();) {
    const std::size_t end = std::min(text->find(':', begin), text->size());
    std::string entry = text->substr(begin, end - begin);
    begin = end + 1;
    if (entry.empty()) {
      entry = std::string(kRoot);
    } else if (entry.find("$ORIGIN") != std::string::npos || entry.find("${ORIGIN}") != std::string::npos) {
      replace_all(entry, "${ORIGIN}", origin);
      replace_all(entry, "$ORIGIN", origin);
    } else {
      continue; // below "/", never inside of the wheel
    }
    entry = normal_path(entry);
    const auto below = inside(entry);
    if (below && files.at(*below).kind == WheelFiles::Kind::folder &&
        std::find(paths.begin(), paths.end(), *below) == paths.end()) {
      paths.emplace_back(*below);
    }
  }
  return paths;
}

class TreeBuilder {
public:
  TreeBuilder(const WheelFiles& files, const WheelScan& scan, const LibrarySearch& search, bool root_is_musl)
      : files_(files), scan_(scan), search_(search), root_is_musl_(root_is_musl) {}

  LibraryTree build(std::size_t root) {
    const ElfFacts& facts = scan_.elfs[root];
    if (facts.interpreter) {
      tree_.libraries[std::string(file_name_of(*facts.interpreter))].is_interpreter = true;
    }
    root_ = root;
    walk(root, 0);
    return std::move(tree_);
  }

private:
  /// find_lib; sets the problem where a file is opened that is no ELF file.
  std::optional<std::size_t> find(std::size_t from, const std::string& soname) {
    const Paths* const order[] = {&search_.own_paths(root_).rpath, &search_.own_paths(from).rpath,
                                  &search_.own_paths(from).runpath, &search_.own_paths(root_).runpath};
    if (!soname.empty() && soname[0] != '/') {
      for (const Paths* paths : order) {
        for (const std::string& folder : *paths) {
          if (const auto found = look_into(folder, from, soname); found || !tree_.problem.empty()) {
            return found;
          }
        }
      }
    }
    if (!root_is_musl_ && (soname == "libc.so" || soname == "libm.so")) {
      tree_.problem = fmt::format("{} needs {}, which is a linker script where glibc's development files are installed",
                                  scan_.elfs[from].path, soname);
    }
    return std::nullopt;
  }

  std::optional<std::size_t> look_into(const std::string& folder, std::size_t from, const std::string& soname) {
    path_.assign(folder);
    if (!folder.empty()) {
      path_ += '/';
    }
    path_ += soname;
    if (soname.find('/') != std::string::npos) {
      path_ = normal_path(path_).substr(1);
    }
    const WheelFiles::Entry entry = files_.at(path_);
    if (entry.kind == WheelFiles::Kind::absent) {
      return std::nullopt;
    }
    if (entry.kind != WheelFiles::Kind::elf) {
      tree_.problem = fmt::format("{} finds {}, which is no ELF file", scan_.elfs[from].path, path_);
      return std::nullopt;
    }
    return is_compatible(scan_.elfs[from].header, scan_.elfs[entry.elf].header) ? std::optional(entry.elf)
                                                                                : std::nullopt;
  }

  void walk(std::size_t from, int depth) {
    if (depth > kMaxDepth) {
      tree_.problem = "the libraries need each other more deeply than Python recurses";
      return;
    }
    for (const std::string& soname : scan_.elfs[from].needed) {
      if (!tree_.problem.empty()) {
        return;
      }
      const auto [place, is_new] = tree_.libraries.try_emplace(soname);
      if (!is_new || is_libpython(soname)) {
        continue;
      }
      const auto found = find(from, soname);
      if (!found) {
        continue;
      }
      TreeLibrary& library = place->second; // std::map: stays where it is
      library.elf = found;
      walk(*found, depth + 1);
      library.needed = scan_.elfs[*found].needed;
    }
  }

  static constexpr int kMaxDepth = 900;
  const WheelFiles& files_;
  const WheelScan& scan_;
  const LibrarySearch& search_;
  bool root_is_musl_;
  std::size_t root_ = 0;
  std::string path_; ///< reused memory
  LibraryTree tree_;
};

} // namespace

std::string normal_path(std::string_view path) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0; begin < path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view part = path.substr(begin, end - begin);
    begin = end + 1;
    if (part.empty() || part == ".") {
      continue;
    }
    if (part != "..") {
      parts.push_back(part);
    } else if (!parts.empty()) {
      parts.pop_back();
    }
  }
  std::string normal;
  for (const std::string_view part : parts) {
    (normal += '/') += part;
  }
  return normal.empty() ? "/" : normal;
}

WheelFiles::WheelFiles(const zip::ZipReader& archive, const WheelScan& scan) {
  for (const zip::ZipMember& member : archive.members()) {
    std::string path = normal_path(member.name).substr(1);
    std::size_t slash = path.rfind('/');
    entries_[path] = {member.is_directory() ? Kind::folder : Kind::other_file, 0};
    for (; slash != std::string::npos; slash = path.rfind('/')) {
      path.resize(slash);
      if (!entries_.try_emplace(path, Entry{Kind::folder, 0}).second) {
        break;
      }
    }
  }
  entries_[""] = {Kind::folder, 0};
  for (std::size_t i = 0; i < scan.elfs.size(); ++i) {
    entries_[normal_path(scan.elfs[i].path).substr(1)] = {Kind::elf, i};
  }
  for (const BrokenElf& broken : scan.broken_elfs) {
    entries_[normal_path(broken.path).substr(1)] = {Kind::broken_elf, 0};
  }
}

WheelFiles::Entry WheelFiles::at(std::string_view path) const {
  const auto found = entries_.find(path);
  return found == entries_.end() ? Entry{} : found->second;
}

bool LibraryTree::is_resolved() const {
  return std::all_of(libraries.begin(), libraries.end(),
                     [](const auto& entry) { return entry.second.elf.has_value() || entry.second.is_interpreter; });
}

LibrarySearch::LibrarySearch(const WheelFiles& files, const WheelScan& scan) : files_(files), scan_(scan) {
  own_paths_.reserve(scan.elfs.size());
  for (const ElfFacts& facts : scan.elfs) {
    OwnPaths own{search_paths(files, facts.rpath, facts.path), search_paths(files, facts.runpath, facts.path)};
    if (!own.runpath.empty()) {
      own.rpath.clear();
    }
    own_paths_.push_back(std::move(own));
  }
}

LibraryTree LibrarySearch::tree(std::size_t root, bool root_is_musl) const {
  return TreeBuilder(files_, scan_, *this, root_is_musl).build(root);
}

} // namespace wheelforge::audit
