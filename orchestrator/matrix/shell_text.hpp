// Shell text for containers: quoting, the user's environment, and the placeholders of commands.
#pragma once

#include "orchestrator/matrix/options.hpp"

#include <map>
#include <string>
#include <string_view>

namespace wheelforge::matrix {

/// One word for a POSIX shell that stands for exactly this text.
[[nodiscard]] std::string quoted(std::string_view text);

/// A word between double quotes in which `$NAME`, `${NAME}` and `$(command)` are expanded and everything else, quotes,
/// backslashes and backticks included, stands for itself.
[[nodiscard]] std::string expanding_word(std::string_view text);

/// `export NAME="value"` lines, one an assignment, in order.
[[nodiscard]] std::string export_lines(const Assignments& assignments);

/// Text that stands for the values of a command's placeholders: {"project": "/project"}.
using Placeholders = std::map<std::string, std::string, std::less<>>;

/// Replaces {name} for every known name; `#{name}` becomes {name}; unknown braces stay as they are.
[[nodiscard]] std::string fill_placeholders(std::string_view text, const Placeholders& placeholders);

/// Whether the text has a placeholder of that name to be replaced.
[[nodiscard]] bool has_placeholder(std::string_view text, std::string_view name);

/// Stands behind lines joined by "&&" that are not the last of a script: `set -e` overlooks the failure of all but the
/// last of such a list.
inline constexpr std::string_view kEndOnFailure = "wf_status=$?; [ \"$wf_status\" -eq 0 ] || exit \"$wf_status\"\n";

} // namespace wheelforge::matrix
