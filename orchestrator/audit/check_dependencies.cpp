// Dependencies that are not found, and search paths that lead nowhere good.
#include "orchestrator/audit/checks.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace wheelforge::audit {
namespace {

/// Folders that everyone may write on any usual system.
constexpr std::array<std::string_view, 3> kWritable = {"/tmp", "/var/tmp", "/dev/shm"};

bool is_writable(std::string_view folder) {
  return std::any_of(kWritable.begin(), kWritable.end(), [&](std::string_view writable) {
    return folder.substr(0, writable.size()) == writable &&
           (folder.size() == writable.size() || folder[writable.size()] == '/');
  });
}

void check_entry(const ElfFacts& facts, const SearchEntry& entry, Findings& findings) {
  const std::string_view tag = facts.runpath ? "DT_RUNPATH" : "DT_RPATH";
  switch (entry.kind) {
  case SearchEntry::Kind::in_wheel:
  case SearchEntry::Kind::other_package:
  case SearchEntry::Kind::dead:
    return; // together, in check_dead_entries
  case SearchEntry::Kind::outside:
    findings.add("rpath-outside", facts.path, fmt::format("{} has {}", tag, entry.written));
    return;
  case SearchEntry::Kind::absolute:
    if (is_writable(entry.folder)) {
      findings.add("rpath-writable", facts.path,
                   fmt::format("{} has {}, which everyone may write", tag, entry.written));
    } else {
      findings.add("rpath-absolute", facts.path, fmt::format("{} has {}", tag, entry.written));
    }
    return;
  case SearchEntry::Kind::relative:
    findings.add("rpath-relative", facts.path,
                 entry.written.empty() ? fmt::format("{} has an empty entry, which is the current folder", tag)
                                       : fmt::format("{} has the relative path {}", tag, entry.written));
    return;
  }
}

/// One finding a file: some build systems leave dozens of such entries.
void check_dead_entries(const ElfFacts& facts, const std::vector<SearchEntry>& entries, Findings& findings) {
  const SearchEntry* first = nullptr;
  std::size_t count = 0;
  for (const SearchEntry& entry : entries) {
    if (entry.kind == SearchEntry::Kind::dead) {
      first = first == nullptr ? &entry : first;
      ++count;
    }
  }
  if (first != nullptr) {
    findings.add("rpath-dead", facts.path,
                 fmt::format("{} of {} search paths lead to no folder of the wheel, such as {}", count, entries.size(),
                             first->written));
  }
}

void check_sonames(const CheckInput& input, Findings& findings) {
  std::map<std::string_view, const ElfFacts*> by_soname;
  for (const ElfFacts& facts : input.scan.elfs) {
    if (facts.soname.empty() || facts.arch != input.platform.arch || facts.is_module()) {
      continue;
    }
    const auto [place, is_new] = by_soname.emplace(facts.soname, &facts);
    if (!is_new) {
      // Wheels cannot hold symbolic links: libfoo.so and libfoo.so.1 are two copies of one file.
      const bool is_copy = place->second->size_bytes == facts.size_bytes;
      findings.add("soname-clash", is_copy ? Severity::note : Severity::warning, facts.path,
                   fmt::format("the soname {} is that of {} too", facts.soname, place->second->path));
    }
  }
}

} // namespace

void check_dependencies(const CheckInput& input, const Loader& loader, Findings& findings) {
  for (const Dependency& dependency : loader.dependencies()) {
    const std::string& path = input.scan.elfs[dependency.elf].path;
    switch (dependency.outcome) {
    case Dependency::Outcome::in_wheel:
    case Dependency::Outcome::system:
    case Dependency::Outcome::loader:
      break;
    case Dependency::Outcome::not_on_path:
      findings.add("library-not-on-path", path,
                   fmt::format("{} is in the wheel as {}, but the search from here does not lead there",
                               dependency.soname, input.scan.elfs[*dependency.found].path));
      break;
    case Dependency::Outcome::libpython:
      findings.add("needs-libpython", path, fmt::format("the file needs {}", dependency.soname));
      break;
    case Dependency::Outcome::other_package:
      findings.add("library-from-dependency", path,
                   fmt::format("{} is expected from {}", dependency.soname, dependency.package));
      break;
    case Dependency::Outcome::driver:
      findings.add("driver-library", path, fmt::format("{} comes with a device driver", dependency.soname));
      break;
    case Dependency::Outcome::missing:
      findings.add("missing-library", path,
                   fmt::format("{} is neither in the wheel nor in any policy", dependency.soname));
      break;
    }
  }
  for (std::size_t i = 0; i < input.scan.elfs.size(); ++i) {
    for (const SearchEntry& entry : loader.search_entries(i)) {
      check_entry(input.scan.elfs[i], entry, findings);
    }
    check_dead_entries(input.scan.elfs[i], loader.search_entries(i), findings);
  }
  check_sonames(input, findings);
}

} // namespace wheelforge::audit
