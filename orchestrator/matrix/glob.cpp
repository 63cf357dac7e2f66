// Braces are expanded once, when a glob is compiled; matching walks each alternative with one point to fall back to.
#include "orchestrator/matrix/glob.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace wheelforge::matrix {
namespace {

constexpr std::size_t kMostAlternatives = 1000;
constexpr std::size_t kMostBytes = 1000;

using Texts = std::vector<std::string>;

std::optional<long> number_of(std::string_view text) {
  long value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_whole = error == std::errc() && end == text.data() + text.size();
  return is_whole && std::abs(value) <= 100000 ? std::optional(value) : std::nullopt;
}

/// "9..15" → 9, 10, … 15; "c..a" → c, b, a; nothing where it is no range.
std::optional<Texts> range_of(std::string_view inside) {
  const std::size_t dots = inside.find("..");
  if (dots == std::string_view::npos) {
    return std::nullopt;
  }
  const std::string_view first = inside.substr(0, dots);
  const std::string_view last = inside.substr(dots + 2);
  const auto is_letter = [](std::string_view text) {
    return text.size() == 1 && ((text[0] >= 'a' && text[0] <= 'z') || (text[0] >= 'A' && text[0] <= 'Z'));
  };
  const bool letters = is_letter(first) && is_letter(last);
  const auto from = letters ? std::optional<long>(first[0]) : number_of(first);
  const auto to = letters ? std::optional<long>(last[0]) : number_of(last);
  if (!from || !to) {
    return std::nullopt;
  }
  Texts texts;
  const long step = *from <= *to ? 1 : -1;
  for (long at = *from; texts.size() <= kMostAlternatives; at += step) {
    texts.push_back(letters ? std::string(1, static_cast<char>(at)) : std::to_string(at));
    if (at == *to) {
      break;
    }
  }
  return texts;
}

/// The parts of "a,{b,c},d" at the outer level.
std::vector<std::string_view> split_at_commas(std::string_view inside) {
  std::vector<std::string_view> parts;
  int depth = 0;
  std::size_t start = 0;
  for (std::size_t at = 0; at < inside.size(); ++at) {
    depth += inside[at] == '{' ? 1 : inside[at] == '}' ? -1 : 0;
    if (inside[at] == ',' && depth == 0) {
      parts.push_back(inside.substr(start, at - start));
      start = at + 1;
    }
  }
  parts.push_back(inside.substr(start));
  return parts;
}

/// The brace that closes the one at `open`; npos where there is none.
std::size_t closing_brace(std::string_view text, std::size_t open) {
  int depth = 0;
  for (std::size_t at = open; at < text.size(); ++at) {
    depth += text[at] == '{' ? 1 : text[at] == '}' ? -1 : 0;
    if (depth == 0) {
      return at;
    }
  }
  return std::string_view::npos;
}

/// Every text that `text` stands for; more than kMostAlternatives where that is too many.
Texts expand_braces(std::string_view text) {
  const std::size_t open = text.find('{');
  const std::size_t close = open == std::string_view::npos ? open : closing_brace(text, open);
  if (close == std::string_view::npos) {
    return {std::string(text)};
  }
  const std::string_view inside = text.substr(open + 1, close - open - 1);
  Texts middles;
  if (const auto range = range_of(inside)) {
    middles = *range;
  } else if (const auto parts = split_at_commas(inside); parts.size() > 1) {
    for (const std::string_view part : parts) {
      const Texts expanded = expand_braces(part);
      middles.insert(middles.end(), expanded.begin(), expanded.end());
      if (middles.size() > kMostAlternatives) {
        break;
      }
    }
  } else {
    for (const std::string& expanded : expand_braces(inside)) {
      middles.push_back("{" + expanded + "}");
    }
  }
  const Texts tails = expand_braces(text.substr(close + 1));
  Texts all;
  for (const std::string& middle : middles) {
    for (const std::string& tail : tails) {
      all.push_back(std::string(text.substr(0, open)) + middle + tail);
      if (all.size() > kMostAlternatives) {
        return all;
      }
    }
  }
  return all;
}

/// Past the bracket expression that starts at `open`: a `]` that stands first is a member. npos where it is not closed.
std::size_t after_brackets(std::string_view pattern, std::size_t open) {
  std::size_t at = open + 1;
  if (at < pattern.size() && pattern[at] == '!') {
    ++at;
  }
  const std::size_t close = pattern.find(']', at + 1);
  return close == std::string_view::npos ? close : close + 1;
}

/// `inside` is what stands between the brackets.
bool in_brackets(std::string_view inside, char c) {
  const bool is_negated = !inside.empty() && inside.front() == '!';
  if (is_negated) {
    inside.remove_prefix(1);
  }
  bool found = false;
  for (std::size_t at = 0; at < inside.size(); ++at) {
    if (at + 2 < inside.size() && inside[at + 1] == '-') {
      found = found || (inside[at] <= c && c <= inside[at + 2]);
      at += 2;
    } else {
      found = found || inside[at] == c;
    }
  }
  return found != is_negated;
}

/// Matches one element of the pattern (not a star) against `c`; the number of pattern characters used, or 0.
std::size_t match_one(std::string_view pattern, std::size_t at, char c) {
  if (pattern[at] == '?') {
    return 1;
  }
  if (pattern[at] == '[') {
    const std::size_t after = after_brackets(pattern, at);
    return in_brackets(pattern.substr(at + 1, after - at - 2), c) ? after - at : 0;
  }
  return pattern[at] == c ? 1 : 0;
}

bool matches_pattern(std::string_view pattern, std::string_view name) {
  std::size_t p = 0;
  std::size_t n = 0;
  std::size_t star = std::string_view::npos; // the last star seen, and the name's end of what it has eaten
  std::size_t eaten = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      eaten = n;
      continue;
    }
    if (const std::size_t used = p < pattern.size() ? match_one(pattern, p, name[n]) : 0) {
      p += used;
      ++n;
      continue;
    }
    if (star == std::string_view::npos) {
      return false;
    }
    p = star + 1;
    n = ++eaten;
  }
  return std::all_of(pattern.begin() + static_cast<std::ptrdiff_t>(p), pattern.end(), [](char c) { return c == '*'; });
}

/// What is wrong with the brackets of an expanded glob.
bool has_open_bracket(std::string_view pattern) {
  for (std::size_t at = pattern.find('['); at != std::string_view::npos; at = pattern.find('[', at)) {
    at = after_brackets(pattern, at);
    if (at == std::string_view::npos) {
      return true;
    }
  }
  return false;
}

bool has_stray_brace(std::string_view text) {
  int depth = 0;
  for (const char c : text) {
    depth += c == '{' ? 1 : c == '}' ? -1 : 0;
    if (depth < 0) {
      return true;
    }
  }
  return depth != 0;
}

} // namespace

bool Glob::matches(std::string_view name) const {
  return std::any_of(alternatives_.begin(), alternatives_.end(),
                     [name](const std::string& pattern) { return matches_pattern(pattern, name); });
}

Result<Glob> parse_glob(std::string_view text) {
  if (text.empty()) {
    return fail(ErrorKind::usage, "the glob is empty and would match nothing");
  }
  if (text.size() > kMostBytes) {
    return fail(ErrorKind::usage, "the glob has {} characters, at most {} are read", text.size(), kMostBytes);
  }
  if (text.find_first_of(" \t\n") != std::string_view::npos) {
    return with_hint(fail(ErrorKind::usage, "the glob '{}' has a space in it, and no name has one", text),
                     "several globs are written as a list: [\"a*\", \"b*\"]");
  }
  if (has_stray_brace(text)) {
    return fail(ErrorKind::usage, "the glob '{}' has a brace without its partner", text);
  }
  Glob glob;
  glob.text_ = text;
  glob.alternatives_ = expand_braces(text);
  if (glob.alternatives_.size() > kMostAlternatives) {
    return fail(ErrorKind::usage, "the braces of the glob '{}' stand for more than {} globs", text, kMostAlternatives);
  }
  for (const std::string& alternative : glob.alternatives_) {
    if (has_open_bracket(alternative)) {
      return fail(ErrorKind::usage, "the glob '{}' has a '[' without its ']'", text);
    }
  }
  return glob;
}

} // namespace wheelforge::matrix
