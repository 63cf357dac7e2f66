// Reads heads and fields of HTTP answers.
#include "orchestrator/engine/http_answer.hpp"

#include "orchestrator/base/ascii.hpp"

#include <algorithm>
#include <charconv>

namespace wheelforge::engine {
namespace {

std::string_view without_blanks(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

/// The text up to the line's end, which is dropped from `rest`.
std::string_view take_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  if (line.ends_with('\r')) {
    line.remove_suffix(1);
  }
  return line;
}

/// "HTTP/1.1 200 OK" → 200.
std::optional<int> status_of(std::string_view line) {
  const std::size_t blank = line.find(' ');
  if (!line.starts_with("HTTP/") || blank == std::string_view::npos) {
    return std::nullopt;
  }
  int status = 0;
  const std::string_view digits = line.substr(blank + 1, 3);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), status);
  if (error != std::errc() || end != digits.data() + digits.size() || status < 100) {
    return std::nullopt;
  }
  return status;
}

} // namespace

std::optional<std::string> HttpAnswer::field(const std::string& name) const {
  const auto at = fields.find(name);
  return at != fields.end() ? std::optional(at->second) : std::nullopt;
}

Result<HttpAnswer> parse_http_answer(std::string_view text) {
  HttpAnswer answer;
  std::string_view rest = text;
  while (rest.starts_with("HTTP/")) {
    const std::string_view first = take_line(rest);
    const auto status = status_of(first);
    if (!status) {
      return fail(ErrorKind::temporary, "\"{}\" is no status line of HTTP", first);
    }
    answer = {*status, {}, {}};
    while (!rest.empty()) {
      const std::string_view line = take_line(rest);
      if (line.empty()) {
        break;
      }
      if (const std::size_t colon = line.find(':'); colon != std::string_view::npos) {
        answer.fields.emplace(lower_case(line.substr(0, colon)), without_blanks(line.substr(colon + 1)));
      }
    }
  }
  if (answer.status == 0) {
    return fail(ErrorKind::temporary, "the answer is {} bytes without a status line", text.size());
  }
  answer.body = rest;
  return answer;
}

std::optional<TokenChallenge> parse_token_challenge(std::string_view value) {
  constexpr std::string_view kScheme = "bearer ";
  if (lower_case(value.substr(0, kScheme.size())) != kScheme) {
    return std::nullopt;
  }
  value.remove_prefix(kScheme.size());
  TokenChallenge challenge;
  while (!value.empty()) {
    const std::size_t equals = value.find('=');
    if (equals == std::string_view::npos || value.substr(equals + 1, 1) != "\"") {
      break;
    }
    const std::string name = lower_case(without_blanks(value.substr(0, equals)));
    const std::size_t end = value.find('"', equals + 2);
    if (end == std::string_view::npos) {
      break;
    }
    const std::string_view text = value.substr(equals + 2, end - equals - 2);
    (name == "realm" ? challenge.realm : name == "service" ? challenge.service : challenge.scope) = text;
    value.remove_prefix(std::min(value.size(), end + 1));
    value.remove_prefix(std::min(value.find_first_not_of(", "), value.size()));
  }
  if (challenge.realm.empty()) {
    return std::nullopt;
  }
  return challenge;
}

std::optional<std::string> next_page(std::string_view link) {
  const std::size_t end = link.find('>');
  if (!link.starts_with('<') || end == std::string_view::npos ||
      link.find("rel=\"next\"", end) == std::string_view::npos) {
    return std::nullopt;
  }
  return std::string(link.substr(1, end - 1));
}

} // namespace wheelforge::engine
