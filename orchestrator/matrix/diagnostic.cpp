// Diagnostics as the terminal shows them.
#include "orchestrator/matrix/diagnostic.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace wheelforge::matrix {
namespace {

/// The bytes before the character with this number (from 1): where a caret has to stand.
std::size_t byte_offset(std::string_view line, int column) {
  std::size_t offset = 0;
  for (int at = 1; at < column && offset < line.size(); ++at) {
    do {
      ++offset;
    } while (offset < line.size() && (static_cast<unsigned char>(line[offset]) & 0xC0U) == 0x80U);
  }
  return offset;
}

/// A long line is shown from a little before the place.
constexpr int kShownBefore = 60;
constexpr int kShownColumns = 110;

std::string caret_lines(const Diagnostic& diagnostic) {
  const std::string number = fmt::to_string(diagnostic.at.line);
  std::string_view line = diagnostic.source_line;
  int column = std::max(diagnostic.at.column, 1);
  std::string before;
  if (column > kShownColumns) {
    line.remove_prefix(byte_offset(line, column - kShownBefore));
    column = kShownBefore + 1;
    before = "…";
  }
  const std::size_t end = byte_offset(line, kShownColumns + kShownBefore + 1);
  std::string shown = before + std::string(line.substr(0, end)) + (end < line.size() ? "…" : "");
  // A tab or another control character would put the caret elsewhere than under its place.
  std::replace_if(
      shown.begin(), shown.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
  const int indent = column - 1 + (before.empty() ? 0 : 1);
  const int length = std::clamp(diagnostic.at.length, 1, std::max(1, kShownColumns + kShownBefore - column));
  return fmt::format("  {} | {}\n  {:{}} | {:{}}^{:~>{}}\n", number, shown, "", number.size(), "", indent, "",
                     length - 1);
}

} // namespace

std::string_view SourceText::line(int number) const {
  std::string_view rest = text;
  for (int at = 1; at < number; ++at) {
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) {
      return {};
    }
    rest.remove_prefix(end + 1);
  }
  rest = rest.substr(0, rest.find('\n'));
  if (!rest.empty() && rest.back() == '\r') {
    rest.remove_suffix(1);
  }
  return number > 0 ? rest : std::string_view();
}

Diagnostic diagnose(const SourceText& source, Location at, std::string message) {
  return {source.name, at, std::string(source.line(at.line)), std::move(message), {}, {}, {}};
}

std::string render(const Diagnostic& diagnostic) {
  std::string text;
  if (diagnostic.at.line > 0) {
    text = fmt::format("{}:{}:{}: error: {}\n{}", diagnostic.file, diagnostic.at.line, diagnostic.at.column,
                       diagnostic.message, caret_lines(diagnostic));
  } else {
    text = fmt::format("{}: error: {}\n", diagnostic.file, diagnostic.message);
  }
  if (!diagnostic.nearest.empty()) {
    text += fmt::format("  did you mean '{}'?\n", diagnostic.nearest);
  }
  if (!diagnostic.allowed.empty()) {
    text += fmt::format("  allowed: {}\n", diagnostic.allowed);
  }
  if (!diagnostic.hint.empty()) {
    text += fmt::format("  hint: {}\n", diagnostic.hint);
  }
  return text;
}

std::string render(const Diagnostics& diagnostics) {
  Diagnostics sorted = diagnostics;
  const auto place = [](const Diagnostic& d) { return std::tie(d.file, d.at.line, d.at.column); };
  std::stable_sort(sorted.begin(), sorted.end(),
                   [&place](const Diagnostic& a, const Diagnostic& b) { return place(a) < place(b); });
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  std::string text;
  for (const Diagnostic& diagnostic : sorted) {
    text += render(diagnostic);
  }
  if (sorted.size() > 1) {
    text += fmt::format("{} errors\n", sorted.size());
  }
  return text;
}

Error to_error(const Diagnostics& diagnostics) {
  std::string text = render(diagnostics);
  if (!text.empty()) {
    text.pop_back();
  }
  return {std::move(text), ErrorKind::usage, {}};
}

} // namespace wheelforge::matrix
