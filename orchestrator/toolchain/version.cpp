// Reads and prints versions of toolchains.
#include "orchestrator/toolchain/version.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace wheelforge::toolchain {

std::string Version::text() const { return fmt::format("{}", fmt::join(numbers, ".")); }

bool Version::begins_with(const Version& prefix) const {
  return prefix.numbers.size() <= numbers.size() &&
         std::equal(prefix.numbers.begin(), prefix.numbers.end(), numbers.begin());
}

Result<Version> parse_version(std::string_view text) {
  constexpr std::size_t kMost = 6;
  Version version;
  const char* at = text.data();
  const char* const end = text.data() + text.size();
  while (at != end) {
    int number = 0;
    const auto [after, error] = std::from_chars(at, end, number);
    const bool is_digit = *at >= '0' && *at <= '9';
    if (error != std::errc() || !is_digit || (after != end && (*after != '.' || after + 1 == end))) {
      version.numbers.clear();
      break;
    }
    version.numbers.push_back(number);
    at = after == end ? end : after + 1;
  }
  if (version.numbers.empty() || version.numbers.size() > kMost) {
    return fail(ErrorKind::usage, "'{}' is not a version, wanted numbers between dots such as 13.5", text);
  }
  return version;
}

} // namespace wheelforge::toolchain
