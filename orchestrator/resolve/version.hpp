// PEP 440 versions and version specifiers, as pip reads them.
#pragma once

#include "orchestrator/base/error.hpp"

#include <compare>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::resolve {

/// A version of a project, of Python or of pip. Equal versions may be spelled differently: 1.0 and 1.0.0.
struct Version {
  std::uint64_t epoch = 0;
  std::vector<std::uint64_t> release; ///< without trailing zeros
  /// "a", "b" or "rc" with its number.
  std::optional<std::pair<std::string, std::uint64_t>> pre;
  std::optional<std::uint64_t> post;
  std::optional<std::uint64_t> dev;
  std::vector<std::string> local; ///< "+cpu.1" → "cpu", "1"; lower case
  std::string text;               ///< as written
  std::string normal;             ///< as packaging prints it, "1.0.post1" for "v1.0-1": what === compares

  [[nodiscard]] bool is_prerelease() const { return pre.has_value() || dev.has_value(); }
  /// The n-th number of the release, 0 where it is not written.
  [[nodiscard]] std::uint64_t number(std::size_t n) const { return n < release.size() ? release[n] : 0; }

  /// By PEP 440's order; `text` and `normal` do not count.
  std::strong_ordering operator<=>(const Version& that) const;
  bool operator==(const Version& that) const { return (*this <=> that) == std::strong_ordering::equal; }
};

/// Fails (kind usage) on what PEP 440's pattern does not accept, with the text seen.
[[nodiscard]] Result<Version> parse_version(std::string_view text);

/// Several clauses that a version must all satisfy: ">=3.7,!=3.8.*".
class SpecifierSet {
public:
  /// An empty text makes the set that takes every version. Fails (kind usage) with the clause that is wrong.
  [[nodiscard]] static Result<SpecifierSet> parse(std::string_view text);

  /// Whether the version satisfies every clause; pre-releases are not treated specially here.
  [[nodiscard]] bool contains(const Version& version) const;
  /// True where a clause with one of these operators names a pre-release, which lets pre-releases in (PEP 440 §Handling
  /// of pre-releases); which operators count changed over time.
  [[nodiscard]] bool names_prerelease(const std::set<std::string, std::less<>>& operators) const;
  /// True where a clause is == without a wildcard, or ===: what pip calls pinned.
  [[nodiscard]] bool is_pinned() const;
  [[nodiscard]] bool empty() const { return clauses_.empty(); }

private:
  struct Clause {
    std::string symbol;      ///< "==", "~=", …
    Version version;         ///< of "===" `text` counts, and the rest where it is a version
    bool wildcard = false;   ///< "== 3.8.*"
    std::size_t numbers = 0; ///< how many numbers of the release were written
  };
  static Result<Clause> parse_clause(std::string_view text);
  static bool satisfies(const Version& version, const Clause& clause);

  std::vector<Clause> clauses_;
};

} // namespace wheelforge::resolve
