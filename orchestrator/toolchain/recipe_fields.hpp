// The values that fields of recipes have: integers in a range, versions of glibc, architectures, relative paths.
#pragma once

#include "orchestrator/image/fields.hpp"
#include "orchestrator/tags/architecture.hpp"
#include "orchestrator/tags/platform_tag.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::toolchain {

/// True for a relative path that stays where it is put.
[[nodiscard]] bool is_inside(std::string_view path);

/// True for one or more lower-case letters, digits and characters of `extra`.
[[nodiscard]] bool is_lower_word(std::string_view text, std::string_view extra);

// Each takes the field of this name; what is wrong with its value is refused in `from`.

/// The table of this name; nullptr where there is none, or where the value is no table.
[[nodiscard]] const matrix::Node* find_table(image::Fields& from, std::string_view key);

/// An integer from `least` to `most`; nothing where there is none.
[[nodiscard]] std::optional<std::int64_t> read_integer(image::Fields& from, std::string_view key, std::int64_t least,
                                                       std::int64_t most);

/// An integer from 0 to 999, such as a compiler's major version; nothing where there is none.
[[nodiscard]] std::optional<int> read_small_integer(image::Fields& from, std::string_view key);

/// A version of glibc such as "2.17"; nothing where there is none.
[[nodiscard]] std::optional<tags::LibcVersion> read_libc(image::Fields& from, std::string_view key);

/// The architectures that are named; names of no architecture are left out.
[[nodiscard]] std::vector<tags::Architecture> read_arches(image::Fields& from, std::string_view key);

/// The path as it is; the field is refused where the path is neither empty nor inside.
[[nodiscard]] std::string checked_inside(image::Fields& from, std::string_view key, std::string path);

} // namespace wheelforge::toolchain
