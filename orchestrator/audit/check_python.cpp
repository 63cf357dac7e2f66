// What extensions want from Python against the Pythons that the tags name.
#include "orchestrator/audit/checks.hpp"
#include "orchestrator/audit/python_api.hpp"

#include <algorithm>

namespace wheelforge::audit {
namespace {

using tags::PythonVersion;

/// Source: PEP 803.
constexpr PythonVersion kFirstAbi3t{3, 15};

/// The Pythons that the file name's tags stand for.
struct PythonClaim {
  std::optional<PythonVersion> exact;  ///< cp312-cp312: this one
  std::optional<PythonVersion> oldest; ///< cp39-abi3: this one and all later ones
  bool free_threaded_stable = false;   ///< abi3t
  std::vector<PythonVersion> all;      ///< every CPython that a tag names with its minor version
};

PythonClaim claim_of(const tags::TagSet& set) {
  PythonClaim claim;
  const bool is_stable = std::any_of(set.abis.begin(), set.abis.end(), [](const auto& abi) { return abi.is_stable(); });
  claim.free_threaded_stable =
      std::any_of(set.abis.begin(), set.abis.end(), [](const auto& abi) { return abi.is_abi3t(); });
  for (const tags::PythonTag& python : set.pythons) {
    if (python.is_cpython() && python.minor) {
      claim.all.push_back({python.major, *python.minor});
    }
  }
  if (claim.all.empty()) {
    return claim;
  }
  const PythonVersion oldest = *std::min_element(claim.all.begin(), claim.all.end());
  if (is_stable) {
    claim.oldest = oldest;
  } else if (set.abis.size() == 1 && set.abis[0].cpython_version() && !set.abis[0].is_free_threaded() &&
             claim.all.size() == 1) {
    claim.exact = oldest;
  }
  return claim;
}

std::string dotted(PythonVersion version) { return fmt::format("{}.{}", version.major, version.minor); }

void check_exact(const ElfFacts& facts, const UndefinedSymbol& symbol, PythonVersion version, Findings& findings) {
  const SymbolPresence presence = python_symbol(symbol.name, version);
  if (presence == SymbolPresence::absent) {
    const auto last = last_python_with(symbol.name);
    const std::string why = last && *last < version ? fmt::format(", it was last in {}", dotted(*last)) : std::string();
    findings.add("python-symbol-missing", facts.path,
                 fmt::format("Python {} does not have {}{}", dotted(version), symbol.name, why));
  } else if (presence == SymbolPresence::never_seen) {
    findings.add("python-symbol-missing", Severity::warning, facts.path,
                 fmt::format("{} is in no Python from {} to {}", symbol.name, dotted(kFirstKnownPython),
                             dotted(kLastKnownPython)));
  }
}

/// Functions that take a PyModuleDef, whose fields abi3t does not give away. Source: PEP 803 and PEP 793; CPython 3.15,
/// Misc/stable_abi.toml, abi3t_opaque.
constexpr std::string_view kTakesModuleDef[] = {
    "PyModuleDef_Init",         "PyModuleDef_Type",  "PyModule_Create2",   "PyModule_ExecDef",
    "PyModule_FromDefAndSpec2", "PyState_AddModule", "PyState_FindModule", "PyState_RemoveModule",
};

void check_free_threaded_stable(const ElfFacts& facts, Findings& findings) {
  for (const UndefinedSymbol& symbol : facts.python_undefined) {
    if (std::find(std::begin(kTakesModuleDef), std::end(kTakesModuleDef), symbol.name) != std::end(kTakesModuleDef)) {
      findings.add(
          "limited-api-left", facts.path,
          fmt::format("{} takes a PyModuleDef, which abi3t keeps closed (PyModExport_ takes its place)", symbol.name));
    }
  }
}

void check_stable(const ElfFacts& facts, const UndefinedSymbol& symbol, PythonVersion oldest, Findings& findings) {
  const auto since = in_stable_abi_since(symbol.name);
  if (since && *since <= oldest) {
    return;
  }
  if (since) {
    findings.add("limited-api-left", facts.path,
                 fmt::format("{} is in the stable ABI since {}, the tags promise {}", symbol.name, dotted(*since),
                             dotted(oldest)));
    return;
  }
  const auto last = last_python_with(symbol.name);
  findings.add(
      "limited-api-left", last && *last >= oldest ? Severity::error : Severity::warning, facts.path,
      fmt::format("{} is not in the stable ABI{}", symbol.name,
                  last ? fmt::format(", and Python {} was the last to have it", dotted(*last)) : std::string()));
}

/// "ext.cpython-312-x86_64-linux-gnu.so" is found by Python 3.12 only.
void check_file_name(const ElfFacts& facts, const PythonClaim& claim, const tags::TagSet& set, Findings& findings) {
  constexpr std::string_view kMark = ".cpython-";
  const std::string_view name = file_name_of(facts.path);
  const std::size_t at = name.find(kMark);
  if (at == std::string_view::npos || claim.all.empty()) {
    return;
  }
  std::string_view digits = name.substr(at + kMark.size());
  digits = digits.substr(0, digits.find('-'));
  const auto abi = tags::parse_abi_tag(fmt::format("cp{}", digits));
  const auto version = abi ? abi->cpython_version() : std::nullopt;
  if (!version || std::find(claim.all.begin(), claim.all.end(), *version) != claim.all.end()) {
    const bool t_differs = version && set.abis.size() == 1 && set.abis[0].cpython_version() &&
                           set.abis[0].is_free_threaded() != abi->is_free_threaded();
    if (t_differs) {
      findings.add("extension-name", facts.path,
                   fmt::format("the file name is that of {}, the ABI tag is {}", abi->text, set.abis[0].text));
    }
    return;
  }
  findings.add("extension-name", claim.oldest ? Severity::error : Severity::warning, facts.path,
               fmt::format("only Python {} finds this file, the tags name {}", dotted(*version), dotted(claim.all[0])));
}

/// Pythons without the GIL look for .abi3t.so and .so, those with it for .abi3.so too; before 3.15 none knows abi3t.
/// Source: CPython 3.15, Python/dynload_shlib.c.
void check_stable_file_name(const ElfFacts& facts, const PythonClaim& claim, Findings& findings) {
  const std::string_view name = file_name_of(facts.path);
  const auto ends = [&](std::string_view suffix) {
    return name.size() > suffix.size() && name.substr(name.size() - suffix.size()) == suffix;
  };
  if (claim.free_threaded_stable && ends(".abi3.so")) {
    findings.add("extension-name", Severity::error, facts.path,
                 "Pythons without the GIL do not look for .abi3.so; abi3t files are called .abi3t.so");
  } else if (claim.oldest && *claim.oldest < kFirstAbi3t && ends(".abi3t.so")) {
    findings.add("extension-name", Severity::error, facts.path,
                 fmt::format("Python {} does not look for .abi3t.so", dotted(*claim.oldest)));
  }
}

} // namespace

void check_python(const CheckInput& input, const std::vector<std::uint64_t>& wheel_exports, Findings& findings) {
  if (!input.name) {
    return;
  }
  const PythonClaim claim = claim_of(input.name->tags);
  if (claim.free_threaded_stable && claim.oldest && *claim.oldest < kFirstAbi3t) {
    findings.add(
        "limited-api-left", "",
        fmt::format("abi3t begins with Python {}, the tags promise {}", dotted(kFirstAbi3t), dotted(*claim.oldest)));
  }
  for (const ElfFacts& facts : input.scan.elfs) {
    if (facts.arch != input.platform.arch) {
      continue;
    }
    if (facts.is_module()) {
      check_file_name(facts, claim, input.name->tags, findings);
      check_stable_file_name(facts, claim, findings);
      if (claim.free_threaded_stable) {
        check_free_threaded_stable(facts, findings);
      }
    }
    for (const UndefinedSymbol& symbol : facts.python_undefined) {
      if (symbol.weak || std::binary_search(wheel_exports.begin(), wheel_exports.end(), symbol_hash(symbol.name))) {
        continue;
      }
      if (claim.exact) {
        check_exact(facts, symbol, *claim.exact, findings);
      } else if (claim.oldest) {
        check_stable(facts, symbol, *claim.oldest, findings);
      }
    }
  }
}

} // namespace wheelforge::audit
