// Parsing and printing of Python tags.
#include "orchestrator/tags/python_tag.hpp"

#include <algorithm>

namespace wheelforge::tags {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }

/// The value of up to four digits.
int number(std::string_view digits) {
  int value = 0;
  for (const char digit : digits) {
    value = 10 * value + (digit - '0');
  }
  return value;
}

} // namespace

Result<PythonTag> parse_python_tag(std::string_view text) {
  const auto digits_begin = std::find_if_not(text.begin(), text.end(), is_lower);
  const auto letters = static_cast<std::size_t>(digits_begin - text.begin());
  std::string_view digits = text.substr(letters);
  const bool all_digits = !digits.empty() && std::all_of(digits.begin(), digits.end(), is_digit);
  if (letters > 0 && digits.size() > 2 && digits.back() == 't' &&
      std::all_of(digits.begin(), digits.end() - 1, is_digit)) {
    return with_hint(fail(ErrorKind::usage, "'{}' is an ABI tag, not a Python tag", text),
                     fmt::format("the Python tag of the free-threaded build is '{}'", text.substr(0, text.size() - 1)));
  }
  if (letters == 0 || !all_digits || digits.size() > 5) {
    return fail(ErrorKind::usage, "Python tag '{}' is not letters and a version, as in cp312, pp311 or py3", text);
  }
  PythonTag tag{std::string(text.substr(0, letters)), digits[0] - '0', std::nullopt};
  if (digits.size() > 1) {
    if (digits.size() > 2 && digits[1] == '0' && digits[0] >= '3') {
      return fail(ErrorKind::usage, "Python tag '{}' has a minor version that starts with 0", text);
    }
    tag.minor = number(digits.substr(1));
  }
  return tag;
}

std::string to_string(const PythonTag& tag) {
  return tag.minor ? fmt::format("{}{}{}", tag.implementation, tag.major, *tag.minor)
                   : fmt::format("{}{}", tag.implementation, tag.major);
}

std::string dotted_version(const PythonTag& tag) {
  return tag.minor ? fmt::format("{}.{}", tag.major, *tag.minor) : fmt::format("{}", tag.major);
}

} // namespace wheelforge::tags
