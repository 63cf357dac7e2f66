// Writes the reference tables.
#include "orchestrator/matrix/key_reference.hpp"

#include "orchestrator/matrix/keys.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace wheelforge::matrix {
namespace {

std::string heading(const Section& section) {
  switch (section.form) {
  case Form::array_of_tables:
    return fmt::format("`[[{}]]`", section.path);
  case Form::named_tables:
    return fmt::format("`[{}.NAME]`", section.path);
  case Form::table:
    break;
  }
  return fmt::format("`[{}]`", section.path);
}

/// A cell of a table: a '|' would end it.
std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    result += c == '|' ? "\\|" : std::string(1, c);
  }
  return result;
}

std::string code_or_nothing(std::string_view text) { return text.empty() ? "" : fmt::format("`{}`", escaped(text)); }

} // namespace

std::string key_reference() {
  std::string text;
  for (const Section& section : sections()) {
    text += fmt::format("\n### {}\n\n{}{}\n\n", heading(section), escaped(section.summary),
                        section.is_per_cell ? " An `[[override]]` can set each of these for some cells." : "");
    const bool has_peer =
        std::any_of(section.keys.begin(), section.keys.end(), [](const Key& key) { return !key.peer.empty(); });
    text += has_peer ? "| key | what it is | takes | default | cibuildwheel |\n|---|---|---|---|---|\n"
                     : "| key | what it is | takes | default |\n|---|---|---|---|\n";
    for (const Key& key : section.keys) {
      text += fmt::format("| `{}` | {} | {} | {} |{}\n", key.name, escaped(key.summary), escaped(expected(key)),
                          code_or_nothing(default_text(key)),
                          has_peer ? fmt::format(" {} |", code_or_nothing(key.peer)) : "");
    }
  }
  return text;
}

} // namespace wheelforge::matrix
