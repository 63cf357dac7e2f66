// When each entry was last used: lines "KEY SECONDS", appended by every process, the latest counts.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace wheelforge::cache {

/// Entry key → when it was last used, in seconds since 1970.
using Uses = std::map<std::string, std::int64_t>;

/// One line for each.
[[nodiscard]] std::string encode_uses(const Uses& uses);

/// Reads lines; those that are none are passed over.
[[nodiscard]] Uses parse_uses(std::string_view text);

} // namespace wheelforge::cache
