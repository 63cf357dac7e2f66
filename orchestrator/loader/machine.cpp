// Finding a machine, and asking it for libraries, versions and symbols.
#include "orchestrator/loader/machine.hpp"

#include "orchestrator/loader/machine_table.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <set>

namespace wheelforge::loader {
namespace {

/// "GLIBCXX_3.4.29" → ("GLIBCXX", {3, 4, 29}); no numbers where the rest is no dotted number.
std::pair<std::string_view, std::vector<int>> split_version(std::string_view version) {
  const std::size_t mark = version.find('_');
  if (mark == std::string_view::npos) {
    return {version, {}};
  }
  std::vector<int> numbers;
  for (std::string_view rest = version.substr(mark + 1); !rest.empty();) {
    int number = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    const auto length = static_cast<std::size_t>(end - rest.data());
    if (error != std::errc() || (length < rest.size() && rest[length] != '.')) {
      return {version.substr(0, mark), {}};
    }
    numbers.push_back(number);
    rest.remove_prefix(std::min(length + 1, rest.size()));
  }
  return {version.substr(0, mark), numbers};
}

std::optional<tags::LibcVersion> python_version(std::string_view text) {
  tags::LibcVersion version;
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos) {
    return std::nullopt;
  }
  const std::string_view minor = text.substr(dot + 1);
  std::from_chars(text.data(), text.data() + dot, version.major);
  std::from_chars(minor.data(), minor.data() + minor.size(), version.minor);
  return version.major > 0 ? std::optional(version) : std::nullopt;
}

Machine machine_of(const MachineRow& row) {
  Machine machine;
  machine.id = std::string(row.id);
  machine.basis = Basis::packages;
  machine.libc = row.libc;
  machine.libc_version = row.libc_version;
  machine.arch = row.arch;
  if (row.python.starts_with("python")) {
    machine.python = python_version(row.python.substr(6));
  }
  machine.python_needs = row.python_needs;
  machine.mask = known_symbols().mask_of(row.id);
  for (const SystemLibrary& library : row.libraries) {
    if (library.package == "base") {
      machine.add(library);
    }
  }
  return machine;
}

/// What --with brings, by the tables of one machine or, with an empty id, of any.
std::set<std::string_view> brought_by(std::string_view package, std::string_view id) {
  std::set<std::string_view> brought;
  for (const MachineRow& row : known_rows()) {
    const auto found = row.packages.find(package);
    if (found != row.packages.end() && (id.empty() || row.id == id)) {
      brought.insert(found->second.begin(), found->second.end());
      brought.insert(package);
    }
  }
  return brought;
}

} // namespace

std::string_view to_string(Basis basis) { return basis == Basis::packages ? "packages" : "derived"; }

void Machine::add(SystemLibrary library) {
  const std::string_view file = library.file;
  libraries_.emplace(file, std::move(library));
}

const SystemLibrary* Machine::find(std::string_view file) const {
  const auto found = libraries_.find(file);
  return found == libraries_.end() ? nullptr : &found->second;
}

bool Machine::has_version(const SystemLibrary& library, std::string_view version) const {
  if (basis == Basis::packages) {
    return library.versions.empty() ||
           std::find(library.versions.begin(), library.versions.end(), version) != library.versions.end();
  }
  if (version == "GLIBC_ABI_DT_RELR") {
    return libc_version >= tags::LibcVersion{2, 36};
  }
  const auto [prefix, numbers] = split_version(version);
  const auto limit = limits.find(prefix);
  return numbers.empty() || limit == limits.end() || numbers <= limit->second;
}

std::vector<std::string_view> Machine::exporters(std::string_view name, std::string_view version) const {
  std::vector<std::string_view> libraries;
  known_symbols().for_exporters(name, [&](const SymbolRow& row) {
    if ((row.mask & mask) == 0) {
      return;
    }
    const bool fits = version.empty() ? !row.hidden || basis == Basis::derived || row.version.ends_with("_2.2.5")
                                      : row.version == version || row.version.empty() || basis == Basis::derived;
    if (fits) {
      libraries.push_back(row.library);
    }
  });
  return libraries;
}

Result<void> Machine::install(const std::vector<std::string>& packages) {
  for (const std::string& package : packages) {
    const bool is_here = basis == Basis::packages;
    const std::set<std::string_view> brought = brought_by(package, is_here ? std::string_view(id) : std::string_view());
    if (brought.empty()) {
      if (!brought_by(package, {}).empty()) {
        continue; // this release has no package of that name
      }
      return with_hint(fail(ErrorKind::not_found, "--with {}: no table of a distribution has this package", package),
                       fmt::format("known: {}", fmt::join(known_packages(), " ")));
    }
    for (const MachineRow& row : known_rows()) {
      if (is_here && row.id != id) {
        continue;
      }
      for (const SystemLibrary& library : row.libraries) {
        if (brought.count(library.package) != 0) {
          add(library);
        }
      }
    }
  }
  return {};
}

Result<Machine> find_machine(std::string_view id, tags::Architecture arch) {
  WF_TRY(const platform::Distribution* const distribution,
         platform::find_distribution(platform::known_distributions(), id));
  for (const MachineRow& row : known_rows()) {
    if (row.id == distribution->id() && row.arch == arch) {
      return machine_of(row);
    }
  }
  return derive_machine(*distribution, arch);
}

std::vector<std::string_view> known_packages() {
  std::set<std::string_view> names;
  for (const MachineRow& row : known_rows()) {
    for (const auto& [name, brought] : row.packages) {
      names.insert(name);
    }
  }
  return {names.begin(), names.end()};
}

} // namespace wheelforge::loader
