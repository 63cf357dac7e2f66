// The numbers of a version such as "2.36.1".
#pragma once

#include <algorithm>
#include <charconv>
#include <string_view>
#include <system_error>
#include <vector>

namespace wheelforge {

/// The numbers that `text` begins with, each one character apart: 2, 36 and 1 for "2.36.1"; those before the first part
/// that is none.
[[nodiscard]] inline std::vector<int> dotted_numbers(std::string_view text) {
  std::vector<int> numbers;
  while (!text.empty()) {
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc()) {
      break;
    }
    numbers.push_back(number);
    text.remove_prefix(std::min(static_cast<std::size_t>(end - text.data()) + 1, text.size()));
  }
  return numbers;
}

} // namespace wheelforge
