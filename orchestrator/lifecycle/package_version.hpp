// Versions of packages as their package managers order them: rpm, dpkg, apk, and the orders of language ecosystems.
#pragma once

#include "orchestrator/base/error.hpp"

#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

namespace wheelforge::lifecycle {

/// Whose rules decide which of two versions is newer.
enum class VersionScheme : std::uint8_t {
  rpm,    ///< [epoch:]version[-release], rpmvercmp; an epoch counts only where both have one
  dpkg,   ///< [epoch:]upstream[-revision], Debian policy §5.6.12
  apk,    ///< digits, letter, _suffixes, -rN
  semver, ///< SemVer 2.0.0, a leading v and missing parts allowed
  pep440, ///< Python
};

/// The scheme of an ecosystem of OSV's, with or without its release: "AlmaLinux:8" → rpm. Nothing for ecosystems whose
/// order is not known here.
[[nodiscard]] std::optional<VersionScheme> scheme_of(std::string_view ecosystem);

/// How `a` stands to `b`. Fails (kind invalid_data) where one is no version of the scheme: then nothing may be
/// concluded.
[[nodiscard]] Result<std::strong_ordering> compare_versions(VersionScheme scheme, std::string_view a,
                                                            std::string_view b);

} // namespace wheelforge::lifecycle
