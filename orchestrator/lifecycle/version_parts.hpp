// What the orders of all version schemes share: runs of characters, numbers of any length, and the words of an error.
#pragma once

#include "orchestrator/base/error.hpp"

#include <algorithm>
#include <compare>
#include <cstddef>
#include <string_view>

namespace wheelforge::lifecycle {

/// True for an ASCII digit, whatever the locale.
[[nodiscard]] constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
/// True for an ASCII letter, whatever the locale.
[[nodiscard]] constexpr bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// Takes the characters that the predicate is true of from the front of the text, and gives them; may be none.
template <class Predicate>
std::string_view take_while(std::string_view& text, Predicate predicate) {
  const auto end = std::find_if_not(text.begin(), text.end(), predicate);
  const std::string_view taken = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(taken.size());
  return taken;
}

/// Compares two runs of digits as numbers of any length; an empty one is 0.
[[nodiscard]] std::strong_ordering compare_numbers(std::string_view a, std::string_view b);

/// The error (kind invalid_data) that a text is no version of the scheme ("rpm", "SemVer").
[[nodiscard]] tl::unexpected<Error> no_version(std::string_view text, std::string_view scheme);

/// Fails with no_version(whole, scheme) where the text is empty or has another character than letters, digits and those
/// in `more`.
[[nodiscard]] Result<void> check_characters(std::string_view text, std::string_view whole, std::string_view more,
                                            std::string_view scheme);

} // namespace wheelforge::lifecycle
