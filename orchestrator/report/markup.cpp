// Escapes, and lets nothing through that a parser of XML would refuse.
#include "orchestrator/report/markup.hpp"

#include <cstdint>

namespace wheelforge::report {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

/// How many bytes the well-formed character at the front has; 0 where there is none. Source: RFC 3629 §4.
std::size_t character_size(std::string_view text) {
  const auto byte = [&](std::size_t index) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(text[index]));
  };
  const std::uint32_t lead = byte(0);
  const std::size_t size = lead < 0x80                   ? 1
                           : lead >= 0xC2 && lead < 0xE0 ? 2
                           : (lead & 0xF0U) == 0xE0      ? 3
                           : lead >= 0xF0 && lead < 0xF5 ? 4
                                                         : 0;
  if (size == 0 || size > text.size()) {
    return 0;
  }
  std::uint32_t code = size == 1 ? lead : lead & (0xFFU >> (size + 1));
  for (std::size_t next = 1; next < size; ++next) {
    if ((byte(next) & 0xC0U) != 0x80U) {
      return 0;
    }
    code = code << 6U | (byte(next) & 0x3FU);
  }
  const bool is_overlong = (size == 3 && code < 0x800) || (size == 4 && code < 0x10000);
  const bool is_allowed = code >= 0x20 || code == '\t' || code == '\n' || code == '\r';
  const bool is_character = code <= 0x10FFFF && (code < 0xD800 || code >= 0xE000) && code != 0xFFFE && code != 0xFFFF;
  return !is_overlong && is_allowed && is_character ? size : 0;
}

} // namespace

std::string escaped(std::string_view text) {
  std::string result;
  result.reserve(text.size() + text.size() / 16);
  while (!text.empty()) {
    const std::size_t size = character_size(text);
    if (size == 0) {
      result += kReplacement;
      text.remove_prefix(1);
      continue;
    }
    switch (text.front()) {
    case '&':
      result += "&amp;";
      break;
    case '<':
      result += "&lt;";
      break;
    case '>':
      result += "&gt;";
      break;
    case '"':
      result += "&quot;";
      break;
    case '\'':
      result += "&#39;";
      break;
    default:
      result += text.substr(0, size);
    }
    text.remove_prefix(size);
  }
  return result;
}

} // namespace wheelforge::report
