// toml++ behind the tree of document.hpp: the only file that sees it.
#include "orchestrator/matrix/document.hpp"

#include "orchestrator/matrix/check_toml.hpp"
#include "orchestrator/matrix/show_value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#include <toml++/toml.h>

namespace wheelforge::matrix {
namespace {

int characters(std::string_view text) {
  return static_cast<int>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

Location location_of_offset(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const std::size_t line_start = before.rfind('\n') + 1; // npos + 1 is 0
  return {static_cast<int>(std::count(before.begin(), before.end(), '\n')) + 1,
          characters(before.substr(line_start)) + 1, 1};
}

/// Where a region is, cut at the end of its first line.
class Locator {
public:
  explicit Locator(const SourceText& source) {
    std::string_view rest = source.text;
    while (true) {
      const std::size_t end = rest.find('\n');
      line_lengths_.push_back(characters(rest.substr(0, end)));
      if (end == std::string_view::npos) {
        break;
      }
      rest.remove_prefix(end + 1);
    }
  }

  [[nodiscard]] Location of(const toml::source_region& region) const {
    const auto line = static_cast<std::size_t>(region.begin.line);
    const int column = static_cast<int>(region.begin.column);
    int length = 1;
    if (region.end.line == region.begin.line) {
      length = static_cast<int>(region.end.column) - column;
    } else if (line >= 1 && line <= line_lengths_.size()) {
      length = line_lengths_[line - 1] - column + 1;
    }
    return {static_cast<int>(line), column, std::max(length, 1)};
  }

private:
  std::vector<int> line_lengths_;
};

Node converted(const toml::node& from, const Locator& locator);

Table converted_table(const toml::table& from, const Locator& locator) {
  Table table;
  table.reserve(from.size());
  for (const auto& [key, value] : from) {
    table.push_back({std::string(key.str()), locator.of(key.source()), converted(value, locator)});
  }
  // toml++ sorts by name; what was written first matters to environments and to messages.
  std::stable_sort(table.begin(), table.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.key_at.line, a.key_at.column) < std::tie(b.key_at.line, b.key_at.column);
  });
  return table;
}

Node converted(const toml::node& from, const Locator& locator) {
  Node node;
  node.at = locator.of(from.source());
  if (const auto* text = from.as_string()) {
    node.value = text->get();
  } else if (const auto* integer = from.as_integer()) {
    node.value = integer->get();
  } else if (const auto* real = from.as_floating_point()) {
    node.value = real->get();
  } else if (const auto* boolean = from.as_boolean()) {
    node.value = boolean->get();
  } else if (const auto* array = from.as_array()) {
    Array items;
    items.reserve(array->size());
    for (const toml::node& item : *array) {
      items.push_back(converted(item, locator));
    }
    node.value = std::move(items);
  } else if (const auto* table = from.as_table()) {
    node.value = converted_table(*table, locator);
  } else {
    node.value = DateOrTime{};
  }
  return node;
}

/// "Error while parsing string: encountered end-of-file" → "not TOML: string: encountered end-of-file".
std::string syntax_message(std::string_view description) {
  constexpr std::string_view kPrefix = "Error while parsing ";
  if (description.substr(0, kPrefix.size()) == kPrefix) {
    description.remove_prefix(kPrefix.size());
  }
  std::string text = fmt::format("not TOML: {}", description);
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return text;
}

struct Shown {
  std::string operator()(const std::string& text) const { return toml_quoted(text); }
  std::string operator()(std::int64_t number) const { return fmt::to_string(number); }
  std::string operator()(double number) const { return fmt::to_string(number); }
  std::string operator()(bool flag) const { return flag ? "true" : "false"; }
  std::string operator()(DateOrTime) const { return "a date or time"; }
  std::string operator()(const Array& array) const {
    std::string text;
    for (const Node& item : array) {
      text += (text.empty() ? "" : ", ") + show(item);
    }
    return "[" + text + "]";
  }
  std::string operator()(const Table& table) const {
    std::string text;
    for (const Entry& entry : table) {
      text += (text.empty() ? " " : ", ") + entry.key + " = " + show(entry.value);
    }
    return "{" + text + (text.empty() ? "}" : " }");
  }
};

/// At most 40 bytes, never cutting a character in two.
std::string shortened(std::string text) {
  constexpr std::size_t kMost = 40;
  if (text.size() > kMost) {
    std::size_t end = kMost - 1;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
      --end;
    }
    text.resize(end);
    text += "…";
  }
  return text;
}

} // namespace

// Written out, not defaulted: clang 14 crashes on a defaulted comparison of types that hold each other.
bool Node::operator==(const Node& other) const { return value == other.value && at == other.at; }
bool Entry::operator==(const Entry& other) const {
  return key == other.key && key_at == other.key_at && value == other.value;
}

const Entry* Node::find(std::string_view key) const {
  const Table* entries = table();
  if (entries == nullptr) {
    return nullptr;
  }
  const auto found =
      std::find_if(entries->begin(), entries->end(), [key](const Entry& entry) { return entry.key == key; });
  return found == entries->end() ? nullptr : &*found;
}

std::string_view type_name(const Node& node) {
  constexpr std::string_view kNames[] = {"a string",       "an integer", "a number", "a boolean",
                                         "a date or time", "an array",   "a table"};
  return kNames[node.value.index()];
}

std::string show(const Node& node) { return shortened(std::visit(Shown{}, node.value)); }

Checked<Node> parse_document(const SourceText& source) {
  if (const auto refusal = check_toml(source.text)) {
    const Location at = refusal->offset ? location_of_offset(source.text, *refusal->offset) : Location{};
    Diagnostic diagnostic = diagnose(source, at, refusal->message);
    diagnostic.hint = refusal->hint;
    return tl::unexpected(Diagnostics{diagnostic});
  }
  const toml::parse_result result = toml::parse(source.text, source.name);
  const Locator locator(source);
  if (!result) {
    const toml::parse_error& error = result.error();
    return tl::unexpected(
        Diagnostics{diagnose(source, locator.of(error.source()), syntax_message(error.description()))});
  }
  return converted(result.table(), locator);
}

} // namespace wheelforge::matrix
