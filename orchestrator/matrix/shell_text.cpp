// Quoting and placeholders; all pure.
#include "orchestrator/matrix/shell_text.hpp"

#include <cstddef>

namespace wheelforge::matrix {
namespace {

/// The end (one past) of the `$(…)` that begins at `begin`, quotes and nested parentheses taken into account; npos if
/// it is never closed.
std::size_t end_of_substitution(std::string_view text, std::size_t begin) {
  int depth = 0;
  char quote = 0;
  for (std::size_t i = begin + 1; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\' && quote != '\'') {
      ++i;
    } else if (quote != 0) {
      quote = c == quote ? '\0' : quote;
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (c == '(') {
      ++depth;
    } else if (c == ')' && --depth == 0) {
      return i + 1;
    }
  }
  return std::string_view::npos;
}

/// The length of the placeholder at `begin` ("{name}") if its name is known, else 0.
std::size_t placeholder_at(std::string_view text, std::size_t begin, std::string_view& name) {
  const std::size_t end = text.find('}', begin);
  if (text[begin] != '{' || end == std::string_view::npos) {
    return 0;
  }
  name = text.substr(begin + 1, end - begin - 1);
  return end + 1 - begin;
}

} // namespace

std::string quoted(std::string_view text) {
  std::string word = "'";
  for (const char c : text) {
    if (c == '\'') {
      word += "'\\''";
    } else {
      word += c;
    }
  }
  return word += '\'';
}

std::string expanding_word(std::string_view text) {
  std::string word = "\"";
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i).starts_with("$(")) {
      if (const std::size_t end = end_of_substitution(text, i); end != std::string_view::npos) {
        word += text.substr(i, end - i);
        i = end - 1;
        continue;
      }
    }
    if (text[i] == '"' || text[i] == '\\' || text[i] == '`') {
      word += '\\';
    }
    word += text[i];
  }
  return word += '"';
}

std::string export_lines(const Assignments& assignments) {
  std::string lines;
  for (const matrix::Assignment& assignment : assignments) {
    // Two commands, so that a failing $(…) ends the script: the exit code of `export` would hide it.
    lines += assignment.name + "=" + expanding_word(assignment.value) + "\nexport " + assignment.name + "\n";
  }
  return lines;
}

std::string fill_placeholders(std::string_view text, const Placeholders& placeholders) {
  std::string filled;
  for (std::size_t i = 0; i < text.size();) {
    const bool is_escaped = text[i] == '#' && i + 1 < text.size() && text[i + 1] == '{';
    std::string_view name;
    const std::size_t begin = is_escaped ? i + 1 : i;
    const std::size_t length = placeholder_at(text, begin, name);
    const auto known = length > 0 ? placeholders.find(name) : placeholders.end();
    if (known == placeholders.end()) {
      filled += text[i++];
      continue;
    }
    filled += is_escaped ? text.substr(begin, length) : std::string_view(known->second);
    i = begin + length;
  }
  return filled;
}

bool has_placeholder(std::string_view text, std::string_view name) {
  const Placeholders marked{{std::string(name), std::string(1, '\0')}};
  return fill_placeholders(text, marked).find('\0') != std::string::npos;
}

} // namespace wheelforge::matrix
