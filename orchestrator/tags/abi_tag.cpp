// Parsing of ABI tags and what can be read off them.
#include "orchestrator/tags/abi_tag.hpp"

#include <algorithm>

namespace wheelforge::tags {
namespace {

constexpr std::string_view kDigits = "0123456789";

bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

/// The digits of "cp312t", or nothing where the tag is not CPython's.
std::string_view cpython_digits(std::string_view text) {
  if (text.substr(0, 2) != "cp") {
    return {};
  }
  const std::string_view rest = text.substr(2);
  const std::string_view digits = rest.substr(0, std::min(rest.find_first_not_of(kDigits), rest.size()));
  return digits.size() >= 2 && digits.size() <= 4 ? digits : std::string_view();
}

} // namespace

std::optional<PythonVersion> AbiTag::cpython_version() const {
  const std::string_view digits = cpython_digits(text);
  if (digits.empty()) {
    return std::nullopt;
  }
  PythonVersion version{digits[0] - '0', 0};
  for (const char digit : digits.substr(1)) {
    version.minor = 10 * version.minor + (digit - '0');
  }
  return version;
}

std::string_view AbiTag::cpython_flags() const {
  const std::string_view digits = cpython_digits(text);
  return digits.empty() ? std::string_view() : std::string_view(text).substr(2 + digits.size());
}

bool AbiTag::is_free_threaded() const { return is_abi3t() || cpython_flags().find('t') != std::string_view::npos; }

Result<AbiTag> parse_abi_tag(std::string_view text) {
  if (text.empty() || !std::all_of(text.begin(), text.end(), is_word)) {
    return fail(ErrorKind::usage, "ABI tag '{}' is not a word, as in cp312, abi3 or none", text);
  }
  return AbiTag{std::string(text)};
}

} // namespace wheelforge::tags
