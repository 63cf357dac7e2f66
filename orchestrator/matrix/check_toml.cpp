// Walks a text as TOML's lexer does, past strings and comments.
#include "orchestrator/matrix/check_toml.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace wheelforge::matrix {
namespace {

constexpr int kMostKeyParts = 32;
constexpr std::size_t kMostBytes = std::size_t{1} << 20U;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

unsigned char byte(std::string_view text, std::size_t at) {
  return at < text.size() ? static_cast<unsigned char>(text[at]) : 0;
}

/// The bytes of the character at `at`: 1 to 4, or 0 where there is none in UTF-8. Source: RFC 3629 §4.
std::size_t character_length(std::string_view text, std::size_t at) {
  const unsigned char first = byte(text, at);
  const unsigned char second = byte(text, at + 1);
  const auto follows = [text](std::size_t place) { return (byte(text, place) & 0xC0U) == 0x80U; };
  if (first < 0x80) {
    return 1;
  }
  if (first >= 0xC2 && first <= 0xDF) {
    return follows(at + 1) ? 2 : 0;
  }
  if (first >= 0xE0 && first <= 0xEF) {
    const unsigned char least = first == 0xE0 ? 0xA0 : 0x80;
    const unsigned char most = first == 0xED ? 0x9F : 0xBF;
    return second >= least && second <= most && follows(at + 2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const unsigned char least = first == 0xF0 ? 0x90 : 0x80;
    const unsigned char most = first == 0xF4 ? 0x8F : 0xBF;
    return second >= least && second <= most && follows(at + 2) && follows(at + 3) ? 4 : 0;
  }
  return 0;
}

std::optional<TomlRefusal> check_encoding(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = character_length(text, at);
    if (length == 0) {
      return TomlRefusal{at, fmt::format("not TOML: the byte 0x{:02X} is not UTF-8", byte(text, at)), {}};
    }
    at += length;
  }
  return std::nullopt;
}

/// Past the string that begins at `at` with this quote. One that is not closed ends with its line, or with the text.
std::size_t after_string(std::string_view text, std::size_t at) {
  const char quote = text[at];
  const std::string three(3, quote);
  const bool is_long = text.substr(at, 3) == three;
  at += is_long ? 3 : 1;
  while (at < text.size()) {
    if (quote == '"' && text[at] == '\\') {
      at += 2;
    } else if (is_long ? text.substr(at, 3) == three : (text[at] == quote || text[at] == '\n')) {
      return at + (is_long ? 3 : 1);
    } else {
      ++at;
    }
  }
  return text.size();
}

/// Looks at everything that is neither string nor comment.
std::optional<TomlRefusal> check_structure(std::string_view text) {
  int dots = 0;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == '"' || c == '\'') {
      at = after_string(text, at);
      continue;
    }
    if (c == '#') {
      at = std::min(text.find('\n', at), text.size());
      continue;
    }
    if (static_cast<unsigned char>(c) >= 0x80) {
      const std::string_view character = text.substr(at, character_length(text, at));
      return TomlRefusal{at, fmt::format("not TOML: '{}' stands outside quotes", character),
                         "strings, and keys with such characters, are quoted"};
    }
    if (c == '.' && ++dots >= kMostKeyParts) {
      return TomlRefusal{at, fmt::format("a key has at most {} parts", kMostKeyParts), {}};
    }
    if (std::string_view("\n=,[]{}").find(c) != std::string_view::npos) {
      dots = 0;
    }
    ++at;
  }
  return std::nullopt;
}

} // namespace

std::optional<TomlRefusal> check_toml(std::string_view text) {
  if (text.size() > kMostBytes) {
    return TomlRefusal{
        std::nullopt, fmt::format("the file has {} bytes, at most {} are read", text.size(), kMostBytes), {}};
  }
  if (auto refusal = check_encoding(text)) {
    return refusal;
  }
  const std::size_t start = text.substr(0, kByteOrderMark.size()) == kByteOrderMark ? kByteOrderMark.size() : 0;
  auto refusal = check_structure(text.substr(start));
  if (refusal) {
    *refusal->offset += start;
  }
  return refusal;
}

} // namespace wheelforge::matrix
