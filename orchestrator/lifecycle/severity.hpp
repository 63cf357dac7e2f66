// How bad a vulnerability is: one scale for CVSS vectors and for the words that distributions use.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wheelforge::lifecycle {

/// CVSS's qualitative scale. `unknown` counts as at least as bad as anything that is asked for.
enum class Severity : std::uint8_t { unknown, none, low, medium, high, critical };

/// "unknown", "none", "low", "medium", "high", "critical".
[[nodiscard]] std::string_view to_string(Severity severity);

/// The severity that a word means, in any case: CVSS's names, Red Hat's (Important, Moderate), Debian's and Ubuntu's
/// (negligible, unimportant). Nothing for other words.
[[nodiscard]] std::optional<Severity> severity_of_word(std::string_view word);

/// The base score of a CVSS 2.0, 3.0 or 3.1 vector, or the number itself where the text is one. Nothing for broken
/// vectors and for CVSS 4.0, whose score needs FIRST's table. Source: FIRST, CVSS v3.1 specification §7.1; CVSS v2
/// §3.2.
[[nodiscard]] std::optional<double> cvss_base_score(std::string_view vector);

/// The severity of a score by CVSS 3's table; of a CVSS 4.0 vector what its impact metrics allow at most.
[[nodiscard]] Severity severity_of_cvss(std::string_view vector);

} // namespace wheelforge::lifecycle
