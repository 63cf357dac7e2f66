// Writes and reads lines of uses.
#include "orchestrator/cache/use_log.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

namespace wheelforge::cache {

std::string encode_uses(const Uses& uses) {
  std::string text;
  for (const auto& [key, seconds] : uses) {
    text += fmt::format("{} {}\n", key, seconds);
  }
  return text;
}

Uses parse_uses(std::string_view text) {
  constexpr std::size_t kKeyDigits = 64;
  Uses uses;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    const bool is_torn = end == text.size();
    text.remove_prefix(std::min(end + 1, text.size()));
    if (is_torn || line.size() <= kKeyDigits + 1 || line[kKeyDigits] != ' ') {
      continue;
    }
    std::int64_t seconds = 0;
    const char* last = line.data() + line.size();
    const auto [stop, error] = std::from_chars(line.data() + kKeyDigits + 1, last, seconds);
    if (error == std::errc() && stop == last) {
      std::int64_t& known = uses[std::string(line.substr(0, kKeyDigits))];
      known = std::max(known, seconds);
    }
  }
  return uses;
}

} // namespace wheelforge::cache
