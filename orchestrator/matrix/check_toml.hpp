// What must not reach toml++ 3.3, because it would recurse without end or run into undefined behaviour.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace wheelforge::matrix {

/// Why a text is not given to the TOML parser.
struct TomlRefusal {
  std::optional<std::size_t> offset; ///< in bytes; absent: the whole text
  std::string message;
  std::string hint;
};

/// Refuses text of more than 1 MiB, text that is not UTF-8, keys of more than 32 parts (each is a table in a table, and
/// toml++ frees them by recursion), and characters outside ASCII where TOML has none: outside strings and comments.
/// Nothing that it refuses is TOML that anybody means.
[[nodiscard]] std::optional<TomlRefusal> check_toml(std::string_view text);

} // namespace wheelforge::matrix
