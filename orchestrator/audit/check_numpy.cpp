// The NumPy that extensions were compiled against, held against Requires-Dist.
#include "orchestrator/audit/checks.hpp"

#include <algorithm>
#include <charconv>

namespace wheelforge::audit {
namespace {

using tags::PythonVersion; // two numbers, which is all of a NumPy release that matters here

constexpr PythonVersion kNumpy2{2, 0};

std::string dotted(PythonVersion version) { return fmt::format("{}.{}", version.major, version.minor); }

/// The bounds that Requires-Dist sets for NumPy, over all lines and whatever their markers.
struct Requirement {
  bool is_required = false;
  PythonVersion oldest;     ///< the highest lower bound; 0.0 without one
  bool keeps_2_out = false; ///< in some line
};

/// "1.23.5,…" → 1.23.
PythonVersion leading_version(std::string_view text) {
  PythonVersion version;
  const char* const end = text.data() + text.size();
  const auto major = std::from_chars(text.data(), end, version.major);
  if (major.ec == std::errc() && major.ptr != end && *major.ptr == '.') {
    std::from_chars(major.ptr + 1, end, version.minor);
  }
  return version;
}

/// One clause of a version specifier, such as ">=1.23".
void add_clause(std::string_view clause, Requirement& requirement) {
  const std::size_t begin = clause.find_first_of("<>=~!");
  if (begin == std::string_view::npos) {
    return;
  }
  const std::size_t number = std::min(clause.find_first_not_of("<>=~! ", begin), clause.size());
  const std::string_view op = clause.substr(begin, clause.find_first_not_of("<>=~!", begin) - begin);
  const PythonVersion version = leading_version(clause.substr(number));
  if (op == "<" || op == "<=") {
    requirement.keeps_2_out = requirement.keeps_2_out || version < kNumpy2 || (op == "<" && version == kNumpy2);
  } else if (op != "!=") {
    requirement.oldest = std::max(requirement.oldest, version);
    requirement.keeps_2_out = requirement.keeps_2_out || (op[0] != '>' && version < kNumpy2);
  }
}

Requirement requirement_of(const std::vector<std::string>& requires_dist) {
  Requirement requirement;
  for (const std::string& line : requires_dist) {
    const std::string_view text = std::string_view(line).substr(0, line.find(';'));
    const std::size_t name_end = std::min(text.find_first_of(" ([<>=!~"), text.size());
    if (wheel::normalize_distribution(text.substr(0, name_end)) != "numpy") {
      continue;
    }
    requirement.is_required = true;
    std::string_view clauses = text.substr(name_end);
    while (!clauses.empty()) {
      const std::size_t comma = std::min(clauses.find(','), clauses.size());
      add_clause(clauses.substr(0, comma), requirement);
      clauses.remove_prefix(std::min(comma + 1, clauses.size()));
    }
  }
  return requirement;
}

} // namespace

void check_numpy(const CheckInput& input, Findings& findings) {
  if (input.name && input.name->normalized_distribution() == "numpy") {
    return;
  }
  const Requirement requirement =
      input.scan.metadata.value ? requirement_of(input.scan.metadata.value->requires_dist) : Requirement{};
  for (const ElfFacts& facts : input.scan.elfs) {
    if (!facts.numpy_api) {
      continue;
    }
    if (!facts.numpy_api->is_numpy2_abi) {
      const bool may_meet_2 = requirement.is_required && !requirement.keeps_2_out;
      findings.add("numpy-api", may_meet_2 ? Severity::warning : Severity::note, facts.path,
                   fmt::format("compiled with the headers of NumPy 1: it does not load with NumPy 2{}",
                               may_meet_2 ? ", which Requires-Dist allows" : ""));
      continue;
    }
    const PythonVersion level{static_cast<int>(facts.numpy_api->major), static_cast<int>(facts.numpy_api->minor)};
    const bool allows_older = requirement.oldest != PythonVersion{} && requirement.oldest < level;
    findings.add("numpy-api", allows_older ? Severity::warning : Severity::note, facts.path,
                 fmt::format("needs the C API of NumPy {} or later{}", dotted(level),
                             allows_older ? fmt::format("; Requires-Dist allows {}", dotted(requirement.oldest))
                                          : std::string()));
  }
}

} // namespace wheelforge::audit
