// A TOML document as a tree of our own that keeps the order and the place of everything written.
#pragma once

#include "orchestrator/matrix/diagnostic.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace wheelforge::matrix {

struct Node;

/// A key of a table with its value.
struct Entry;

using Array = std::vector<Node>;
using Table = std::vector<Entry>; ///< in the order of the file

/// A date or a time: TOML has them, no option takes one.
struct DateOrTime {
  bool operator==(const DateOrTime&) const = default;
};

/// One value of a document.
struct Node {
  std::variant<std::string, std::int64_t, double, bool, DateOrTime, Array, Table> value;
  Location at;

  bool operator==(const Node&) const;

  [[nodiscard]] const std::string* text() const { return std::get_if<std::string>(&value); }
  [[nodiscard]] const Array* array() const { return std::get_if<Array>(&value); }
  [[nodiscard]] const Table* table() const { return std::get_if<Table>(&value); }
  /// The entry of this name in a table; null where there is none or this is no table.
  [[nodiscard]] const Entry* find(std::string_view key) const;
};

struct Entry {
  std::string key;
  Location key_at;
  Node value;

  bool operator==(const Entry&) const;
};

/// What a value is, in words: "a string", "an integer", "a table", …
[[nodiscard]] std::string_view type_name(const Node& node);

/// The value as TOML, shortened to some 40 characters: for messages.
[[nodiscard]] std::string show(const Node& node);

/// Parses a document; the root is a table. Stops at the first syntax error, which is then the one Diagnostic.
[[nodiscard]] Checked<Node> parse_document(const SourceText& source);

} // namespace wheelforge::matrix
