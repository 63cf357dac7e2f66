// The orders of versions of Linux distributions' package managers: rpm, dpkg and apk.
#pragma once

#include "orchestrator/base/error.hpp"

#include <compare>
#include <string_view>

namespace wheelforge::lifecycle {

/// How `a` stands to `b`, [epoch:]version[-release]. An epoch or a release counts only where both have one. Fails (kind
/// invalid_data) where one is no version. Source: rpm's manual, §Version comparison.
[[nodiscard]] Result<std::strong_ordering> compare_rpm(std::string_view a, std::string_view b);

/// How `a` stands to `b`, [epoch:]upstream[-revision]. Fails likewise. Source: Debian policy §5.6.12.
[[nodiscard]] Result<std::strong_ordering> compare_dpkg(std::string_view a, std::string_view b);

/// How `a` stands to `b`, digits, letter, _suffixes, ~hash, -rN; the hash does not count. Fails likewise, and where
/// there are more than 32 numbers or 8 suffixes.
[[nodiscard]] Result<std::strong_ordering> compare_apk(std::string_view a, std::string_view b);

} // namespace wheelforge::lifecycle
