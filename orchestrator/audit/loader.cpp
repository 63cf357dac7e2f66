// The loader's search: breadth first, DT_RPATH inherited, DT_RUNPATH not (glibc), each soname loaded once.
#include "orchestrator/audit/loader.hpp"

#include "orchestrator/audit/known_names.hpp"
#include "orchestrator/audit/library_tree.hpp"
#include "orchestrator/wheel/wheel_name.hpp"

#include <algorithm>
#include <set>

namespace wheelforge::audit {
namespace {

constexpr std::size_t kMaxLoaded = 4096; ///< files in one process; more is no wheel but an attack

bool starts_with(std::string_view text, std::string_view prefix) { return text.substr(0, prefix.size()) == prefix; }

bool below(std::string_view path, std::string_view folder) {
  return starts_with(path, folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

std::string folder_of(std::string_view path) { return std::string(path.substr(0, path.rfind('/'))); }

} // namespace

bool is_loader_soname(std::string_view soname) {
  return starts_with(soname, "ld-linux") || starts_with(soname, "ld64.so.") || starts_with(soname, "ld-musl-") ||
         starts_with(soname, "ld.so.");
}

bool is_libpython_soname(std::string_view soname) {
  constexpr std::string_view kPrefix = "libpython";
  return starts_with(soname, kPrefix) && soname.size() > kPrefix.size() && soname[kPrefix.size()] >= '2' &&
         soname[kPrefix.size()] <= '9' && soname.find(".so") != std::string_view::npos;
}

std::string InstalledFiles::place_of(std::string_view member) {
  const std::string path = normal_path(member);
  const std::string_view parts = std::string_view(path).substr(1);
  constexpr std::string_view kData = ".data/";
  const std::size_t data = parts.find(kData);
  if (data == std::string_view::npos || parts.find('/') != data + kData.size() - 1) {
    return fmt::format("{}{}", kSitePackages, path);
  }
  const std::string_view rest = parts.substr(data + kData.size());
  const std::string_view scheme = rest.substr(0, rest.find('/'));
  const std::string_view name = rest.substr(std::min(scheme.size(), rest.size()));
  if (scheme == "scripts") {
    return fmt::format("/prefix/bin{}", name);
  }
  if (scheme == "headers") {
    return fmt::format("/prefix/include{}", name);
  }
  if (scheme == "data") {
    return fmt::format("/prefix{}", name);
  }
  return fmt::format("{}{}", kSitePackages, name); // purelib and platlib
}

InstalledFiles::InstalledFiles(const zip::ZipReader& archive, const WheelScan& scan) {
  for (const zip::ZipMember& member : archive.members()) {
    std::string path = place_of(member.name);
    while (path.size() > 1) {
      path.resize(path.rfind('/'));
      if (!folders_.insert(path).second) {
        break;
      }
    }
  }
  for (std::size_t i = 0; i < scan.elfs.size(); ++i) {
    elfs_[place_of(scan.elfs[i].path)] = i;
  }
}

std::optional<std::size_t> InstalledFiles::elf_at(std::string_view path) const {
  const auto found = elfs_.find(std::string(path));
  return found == elfs_.end() ? std::nullopt : std::optional(found->second);
}

bool InstalledFiles::has_folder(std::string_view path) const { return folders_.count(std::string(path)) != 0; }

Loader::Loader(const zip::ZipReader& archive, const WheelScan& scan, const ArchPolicies& policies,
               const std::vector<std::string>& required)
    : scan_(scan), policies_(policies), files_(archive, scan), required_(required) {
  std::set<std::string_view> needed;
  for (std::size_t i = 0; i < scan.elfs.size(); ++i) {
    const ElfFacts& facts = scan.elfs[i];
    entries_.push_back(entries_of(facts));
    if (facts.arch == policies.architecture()) {
      by_name_.emplace(file_name_of(facts.path), i);
      if (!facts.soname.empty()) {
        by_name_.emplace(facts.soname, i);
      }
      needed.insert(facts.needed.begin(), facts.needed.end());
    }
  }
  for (std::size_t i = 0; i < scan.elfs.size(); ++i) {
    const ElfFacts& facts = scan.elfs[i];
    const bool is_needed =
        needed.count(file_name_of(facts.path)) != 0 || (!facts.soname.empty() && needed.count(facts.soname) != 0);
    const bool is_ours =
        facts.arch == policies.architecture() && libc_of(facts).value_or(policies.libc()) == policies.libc();
    if (is_ours && facts.is_dynamic && (!is_needed || facts.is_module())) {
      roots_.push_back(i);
    }
  }
  kept_.resize(scan.elfs.size());
  for (const std::size_t root : roots_) {
    play(root);
  }
  for (std::size_t elf = 0; elf < kept_.size(); ++elf) {
    for (std::size_t place = 0; place < kept_[elf].size(); ++place) {
      Answer& answer = kept_[elf][place];
      dependencies_.push_back(
          {elf, scan.elfs[elf].needed[place], answer.outcome, answer.found, std::move(answer.package)});
    }
  }
}

bool Loader::may_be_brought(std::string_view folder) const {
  std::string_view top = folder.substr(std::min(folder.size(), InstalledFiles::kSitePackages.size() + 1));
  top = top.substr(0, top.find('/'));
  const std::string name = wheel::normalize_distribution(top);
  return !top.empty() && std::any_of(required_.begin(), required_.end(), [&](const std::string& required) {
    return required == name || starts_with(required, name + "-") || brings_library(required, "");
  });
}

std::vector<SearchEntry> Loader::entries_of(const ElfFacts& facts) const {
  std::vector<SearchEntry> entries;
  const std::optional<std::string>& text = facts.runpath ? facts.runpath : facts.rpath;
  if (!text) {
    return entries;
  }
  const std::string origin = folder_of(InstalledFiles::place_of(facts.path));
  for (std::size_t begin = 0; begin <= text->size();) {
    const std::size_t end = std::min(text->find(':', begin), text->size());
    SearchEntry entry;
    entry.written = text->substr(begin, end - begin);
    begin = end + 1;
    std::string expanded = entry.written;
    replace_all(expanded, "${ORIGIN}", origin);
    replace_all(expanded, "$ORIGIN", origin);
    if (expanded.empty() || expanded[0] != '/') {
      entry.kind = SearchEntry::Kind::relative;
    } else {
      entry.folder = normal_path(expanded);
      if (entry.written[0] == '/') {
        entry.kind = SearchEntry::Kind::absolute;
      } else if (files_.has_folder(entry.folder)) {
        entry.kind = SearchEntry::Kind::in_wheel;
      } else if (!below(entry.folder, InstalledFiles::kSitePackages)) {
        entry.kind = SearchEntry::Kind::outside;
      } else {
        const std::size_t top = entry.folder.find('/', InstalledFiles::kSitePackages.size() + 1);
        const bool is_own = files_.has_folder(entry.folder.substr(0, top));
        entry.kind =
            is_own || !may_be_brought(entry.folder) ? SearchEntry::Kind::dead : SearchEntry::Kind::other_package;
      }
    }
    entries.push_back(std::move(entry));
  }
  return entries;
}

std::optional<std::size_t> Loader::look_into(const std::vector<SearchEntry>& entries, std::size_t from,
                                             const std::string& soname) const {
  for (const SearchEntry& entry : entries) {
    if (entry.kind != SearchEntry::Kind::in_wheel) {
      continue;
    }
    const auto found = files_.elf_at(fmt::format("{}/{}", entry.folder, soname));
    if (found && scan_.elfs[*found].header.machine == scan_.elfs[from].header.machine &&
        scan_.elfs[*found].header.elf_class == scan_.elfs[from].header.elf_class) {
      return found;
    }
  }
  return std::nullopt;
}

/// Source: ld.so(8); glibc elf/dl-load.c, _dl_map_object: DT_RPATH of the file and of those that caused its loading,
/// unless the file has a DT_RUNPATH, then its own DT_RUNPATH. musl's path_open asks every ancestor for either.
std::optional<std::size_t> Loader::search(const std::vector<Loaded>& loaded, std::size_t from,
                                          const std::string& soname) const {
  const bool is_musl = policies_.libc() == Libc::musl;
  const std::size_t elf = loaded[from].elf;
  if (scan_.elfs[elf].runpath && !is_musl) {
    return look_into(entries_[elf], elf, soname);
  }
  for (std::size_t at = from;;) {
    const std::size_t file = loaded[at].elf;
    if (is_musl || !scan_.elfs[file].runpath) {
      if (const auto found = look_into(entries_[file], elf, soname)) {
        return found;
      }
    }
    if (loaded[at].parent == at) {
      return std::nullopt;
    }
    at = loaded[at].parent;
  }
}

std::string Loader::package_in_libraries(std::string_view soname) const {
  for (const std::string& required : required_) {
    if (brings_library(required, soname).value_or(false)) {
      return required;
    }
  }
  return {};
}

std::string Loader::package_on_path(const std::vector<Loaded>& loaded, std::size_t from,
                                    std::string_view soname) const {
  for (std::size_t at = from;; at = loaded[at].parent) {
    for (const SearchEntry& entry : entries_[loaded[at].elf]) {
      if (entry.folder == InstalledFiles::kLibraries) { // every wheel's: it is above site-packages
        if (std::string package = package_in_libraries(soname); !package.empty()) {
          return package;
        }
        continue;
      }
      if (entry.kind != SearchEntry::Kind::other_package && entry.kind != SearchEntry::Kind::dead) {
        continue;
      }
      // "nvidia/cuda_runtime/lib" belongs to nvidia-cuda-runtime-cu12, "torch/lib" to torch.
      std::string_view path = std::string_view(entry.folder).substr(InstalledFiles::kSitePackages.size() + 1);
      for (std::string_view part = path; !part.empty();
           part = part.substr(0, part.rfind('/') == std::string_view::npos ? 0 : part.rfind('/'))) {
        std::string name(part);
        std::replace(name.begin(), name.end(), '/', '-');
        name = wheel::normalize_distribution(name);
        for (const std::string& required : required_) {
          const bool is_meant = required == name || starts_with(required, name + "-");
          const std::optional<bool> brings = brings_library(required, soname);
          if (brings ? *brings : is_meant) {
            return required;
          }
        }
      }
    }
    if (loaded[at].parent == at) {
      return {};
    }
  }
}

Loader::Answer Loader::judge(const std::vector<Loaded>& loaded, std::size_t from, const std::string& soname) const {
  Answer answer;
  const auto already = loaded_names_.find(soname);
  answer.found = already != loaded_names_.end() ? std::optional(already->second) : search(loaded, from, soname);
  if (answer.found) {
    answer.outcome = Dependency::Outcome::in_wheel;
  } else if (is_loader_soname(soname)) {
    answer.outcome = Dependency::Outcome::loader;
  } else if (policies_.first_allowing_library(soname) ||
             (policies_.libc() == Libc::musl && (soname == "libc.so" || starts_with(soname, "libc.musl-")))) {
    answer.outcome = Dependency::Outcome::system; // musl's loader answers to libc.so too
  } else if (is_libpython_soname(soname)) {
    answer.outcome = Dependency::Outcome::libpython;
  } else if (const auto elsewhere = by_name_.find(soname); elsewhere != by_name_.end()) {
    answer.outcome = Dependency::Outcome::not_on_path;
    answer.found = elsewhere->second;
  } else if (std::string package = package_on_path(loaded, from, soname); !package.empty()) {
    answer.outcome = Dependency::Outcome::other_package;
    answer.package = std::move(package);
  } else if (is_driver_library(soname)) {
    answer.outcome = Dependency::Outcome::driver;
  }
  return answer;
}

void Loader::play(std::size_t root) {
  std::vector<Loaded> loaded;
  std::unordered_set<std::size_t> is_loaded;
  loaded_names_.clear();
  const auto load = [&](std::size_t elf, std::size_t parent) {
    if (loaded.size() < kMaxLoaded && is_loaded.insert(elf).second) {
      loaded.push_back({elf, parent});
      loaded_names_.emplace(file_name_of(scan_.elfs[elf].path), elf);
      if (!scan_.elfs[elf].soname.empty()) {
        loaded_names_.emplace(scan_.elfs[elf].soname, elf);
      }
    }
  };
  load(root, 0);
  for (std::size_t i = 0; i < loaded.size(); ++i) {
    const std::size_t elf = loaded[i].elf;
    const std::vector<std::string>& needed = scan_.elfs[elf].needed;
    const bool is_first_visit = kept_[elf].empty();
    kept_[elf].resize(needed.size());
    for (std::size_t place = 0; place < needed.size(); ++place) {
      Answer answer = judge(loaded, i, needed[place]);
      if (answer.outcome == Dependency::Outcome::in_wheel) {
        load(*answer.found, i);
      }
      Answer& kept = kept_[elf][place];
      if (is_first_visit || kept.outcome < answer.outcome) {
        kept = std::move(answer);
      }
    }
  }
}

} // namespace wheelforge::audit
