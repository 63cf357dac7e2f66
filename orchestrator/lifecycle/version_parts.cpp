// Comparing and checking the parts of versions.
#include "orchestrator/lifecycle/version_parts.hpp"

#include <string>

namespace wheelforge::lifecycle {

std::strong_ordering compare_numbers(std::string_view a, std::string_view b) {
  a.remove_prefix(std::min(a.find_first_not_of('0'), a.size()));
  b.remove_prefix(std::min(b.find_first_not_of('0'), b.size()));
  return a.size() != b.size() ? a.size() <=> b.size() : a.compare(b) <=> 0;
}

tl::unexpected<Error> no_version(std::string_view text, std::string_view scheme) {
  return fail(ErrorKind::invalid_data, "{:?} is no version of {}", std::string(text), scheme);
}

Result<void> check_characters(std::string_view text, std::string_view whole, std::string_view more,
                              std::string_view scheme) {
  const bool fine = !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return is_digit(c) || is_alpha(c) || more.find(c) != std::string_view::npos;
  });
  return fine ? Result<void>() : no_version(whole, scheme);
}

} // namespace wheelforge::lifecycle
