// Symbols that nothing provides, or that only one system provides.
#include "orchestrator/audit/checks.hpp"
#include "orchestrator/audit/known_names.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace wheelforge::audit {
namespace {

/// Libraries that a system brings and that give their symbols versions throughout: a name without a version cannot
/// come from them. All other libraries of the policies may define any name.
constexpr std::array<std::string_view, 13> kVersioned = {
    "libc.so.6",      "libdl.so.2",     "libm.so.6",    "libpthread.so.0", "librt.so.1",
    "libutil.so.1",   "libanl.so.1",    "libnsl.so.1",  "libresolv.so.2",  "libgcc_s.so.1",
    "libstdc++.so.6", "libatomic.so.1", "libmvec.so.1",
};

/// Names that the linker or the loader makes up, or that old start-up code leaves undefined.
constexpr std::array<std::string_view, 6> kMadeUp = {
    "_GLOBAL_OFFSET_TABLE_", "_DYNAMIC", "__gmon_start__", "_edata", "_end", "__bss_start"};

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

void check_undefined(const CheckInput& input, const Loader& loader, Libc libc,
                     const std::vector<std::uint64_t>& exports, Findings& findings) {
  std::vector<bool> is_open(input.scan.elfs.size(), libc == Libc::musl); // may get names from where we cannot look
  for (const Dependency& dependency : loader.dependencies()) {
    const bool is_known =
        dependency.outcome == Dependency::Outcome::in_wheel || dependency.outcome == Dependency::Outcome::loader ||
        (dependency.outcome == Dependency::Outcome::system && contains(kVersioned, dependency.soname));
    is_open[dependency.elf] = is_open[dependency.elf] || !is_known;
  }
  for (bool grew = true; grew;) { // a file whose library is open is open too
    grew = false;
    for (const Dependency& dependency : loader.dependencies()) {
      if (dependency.outcome == Dependency::Outcome::in_wheel && !is_open[dependency.elf] &&
          is_open[*dependency.found]) {
        is_open[dependency.elf] = true;
        grew = true;
      }
    }
  }
  for (const std::size_t root : loader.roots()) {
    const ElfFacts& facts = input.scan.elfs[root];
    if (is_open[root] || !facts.is_module()) {
      continue;
    }
    for (const UndefinedSymbol& symbol : facts.undefined) {
      const bool is_known = symbol.weak || contains(kMadeUp, symbol.name) || is_libc_symbol(symbol.name) ||
                            std::binary_search(exports.begin(), exports.end(), symbol_hash(symbol.name));
      if (!is_known) {
        findings.add("undefined-symbol", symbol.needed_at_load ? Severity::error : Severity::warning, facts.path,
                     fmt::format("{} is not defined by any library that the file needs{}", symbol.name,
                                 symbol.needed_at_load ? "" : "; it fails at the first call"));
      }
    }
  }
}

void check_versions(const ArchPolicies& policies, const ElfFacts& facts, Findings& findings) {
  for (const NeededLibrary& library : facts.versions) {
    const bool is_needed = std::find(facts.needed.begin(), facts.needed.end(), library.soname) != facts.needed.end();
    if (!is_needed && !is_loader_soname(library.soname)) {
      findings.add("missing-needed", facts.path,
                   fmt::format("versions are wanted from {}, which is not in DT_NEEDED", library.soname));
    }
    for (const NeededVersion& version : library.versions) {
      const std::string symbols =
          version.symbols.empty() ? std::string() : fmt::format(" (for {})", version.symbols.front());
      if (version.name == "GLIBC_PRIVATE") {
        findings.add("glibc-private", facts.path,
                     fmt::format("GLIBC_PRIVATE of {} is wanted{}", library.soname, symbols));
        continue;
      }
      if (!policies.judges_prefix(version_prefix(version.name)) || version.weak) {
        continue;
      }
      const auto first = policies.first_naming_version(version.name);
      const bool is_known = first || glibc_release_of(version.name);
      if (!is_known) {
        findings.add("unknown-version", facts.path,
                     fmt::format("{} of {} is wanted{}, no policy names it", version.name, library.soname, symbols));
      }
    }
  }
}

} // namespace

std::vector<std::uint64_t> exports_of_wheel(const CheckInput& input) {
  std::vector<std::uint64_t> exports;
  for (const ElfFacts& facts : input.scan.elfs) {
    if (facts.arch == input.platform.arch) {
      exports.insert(exports.end(), facts.exports.begin(), facts.exports.end());
    }
  }
  std::sort(exports.begin(), exports.end());
  exports.erase(std::unique(exports.begin(), exports.end()), exports.end());
  return exports;
}

void check_symbols(const CheckInput& input, const Loader& loader, const ArchPolicies& policies,
                   const std::vector<std::uint64_t>& wheel_exports, Findings& findings) {
  for (const ElfFacts& facts : input.scan.elfs) {
    if (facts.arch != input.platform.arch) {
      continue;
    }
    check_versions(policies, facts, findings);
    if (facts.uses_pyfpe) {
      findings.add("pyfpe", facts.path, "the extension needs PyFPE_jbuf, PyFPE_dummy or PyFPE_counter");
    }
    if (facts.uses_ucs2 && facts.extension == ExtensionKind::python2) {
      findings.add("ucs2", facts.path, "the extension needs functions of the narrow Unicode build (PyUnicodeUCS2_…)");
    }
    for (const std::string& symbol : facts.forbidden_symbols) {
      for (const std::string& soname : facts.needed) {
        if (policies.size() > 0 && policies.forbids(policies.size() - 1, soname, symbol)) {
          findings.add("forbidden-symbol", facts.path,
                       fmt::format("{} of {} is forbidden by every policy", symbol, soname));
        }
      }
    }
  }
  check_undefined(input, loader, policies.libc(), wheel_exports, findings);
}

void check_loader_versions(const std::vector<Demand>& demands, Findings& findings) {
  tags::LibcVersion others;
  for (const Demand& demand : demands) {
    if (demand.floor && demand.code != "loader-version") {
      others = std::max(others, *demand.floor);
    }
  }
  for (const Demand& demand : demands) {
    if (demand.floor && demand.code == "loader-version" && *demand.floor > others) {
      findings.add("loader-version", demand.obstacle.path,
                   fmt::format("{} of {} is wanted{}", demand.obstacle.version, demand.obstacle.library,
                               demand.obstacle.symbols.empty()
                                   ? std::string()
                                   : fmt::format(" (for {})", demand.obstacle.symbols.front())));
    }
  }
}

} // namespace wheelforge::audit
