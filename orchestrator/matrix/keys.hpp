// The one table of everything a matrix file can say: the parser, the JSON Schema, the manual and the messages come
// from it.
#pragma once

#include "orchestrator/matrix/matrix_file.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace wheelforge::matrix {

class ValueReader;

/// What a key's value looks like: decides how it is read, what its JSON Schema is and how the manual describes it.
enum class Kind {
  text,               ///< any string that is not empty
  optional_text,      ///< any string
  choice,             ///< one of `choices`
  boolean,            ///< true or false
  integer,            ///< from `least` to `most`
  number,             ///< a positive integer or decimal
  jobs,               ///< "auto" or a positive integer
  duration,           ///< "30m", "1h30m", "none"
  size,               ///< "4GiB"
  lines,              ///< shell lines: a string or an array of strings
  texts,              ///< a string or an array of strings
  globs,              ///< a glob or an array of globs
  variables,          ///< names of environment variables
  assignments,        ///< a table of variables
  settings,           ///< a table of strings or arrays of strings
  images,             ///< a table from "PLATFORM_ARCH" to an image reference
  frontend,           ///< a name, or { name, args }
  repair_command,     ///< "default", "none", or shell lines
  policy,             ///< "claimed" or a platform tag without its architecture
  findings,           ///< severities or codes of findings
  groups,             ///< names of dependency groups
  test_places,        ///< "same", "DISTRIBUTION-VERSION", "image:NAME", "reach"
  pythons,            ///< axis values
  platforms,          ///< axis values
  architectures,      ///< axis values
  host_architectures, ///< names of architectures, no "auto"
  accelerators,       ///< axis values
  inherit,            ///< the table of an override's modes
  tables,             ///< an array of tables: the section SECTION.NAME
  named_tables,       ///< a table of tables: the section SECTION.NAME
};

/// How a key's value gets into a struct and back. All functions are pure.
template <class Root>
struct Binding {
  /// Reads a value and puts it in; on errors nothing changes. False where there were errors (the reader has them).
  bool (*read)(ValueReader& reader, const Key& key, const Node& node, Root& root, Inherit inherit) = nullptr;
  /// The value as TOML; empty where there is none.
  std::string (*show)(const Root& root) = nullptr;
  bool is_list = false; ///< append and prepend have a meaning
};

/// One key of a section.
struct Key {
  std::string_view section; ///< "build"
  std::string_view name;    ///< "before-all"
  Kind kind = Kind::text;
  std::string_view summary; ///< one sentence for the manual and the schema
  std::string_view peer;    ///< cibuildwheel's name for it, where there is one
  std::variant<std::monostate, Binding<CellOptions>, Binding<MatrixFile>, Binding<AxisSet>, Binding<EngineHost>,
               Binding<Override>>
      binding;
  std::vector<std::string> choices; ///< of Kind::choice
  std::int64_t least = 0;           ///< of Kind::integer
  std::int64_t most = 0;

  /// "build.before-all".
  [[nodiscard]] std::string path() const;
  /// True where `inherit` can name it.
  [[nodiscard]] bool is_inheritable() const;
};

/// How a section is written.
enum class Form {
  table,           ///< [NAME]
  array_of_tables, ///< [[NAME]]
  named_tables,    ///< [NAME.x]
};

/// One table of the file.
struct Section {
  std::string_view path; ///< "build", "matrix.exclude"
  Form form = Form::table;
  bool is_per_cell = false; ///< an [[override]] can set its keys
  std::string_view summary; ///< one sentence for the manual and the schema
  std::vector<Key> keys;
};

/// Every section, in the order of the manual.
[[nodiscard]] const std::vector<Section>& sections();

/// The section with this path; null where there is none.
[[nodiscard]] const Section* find_section(std::string_view path);

/// The key of this name in a section; null where there is none.
[[nodiscard]] const Key* find_key(const Section& section, std::string_view name);

/// The words for a value of this key in messages: "a duration such as \"30m\"".
[[nodiscard]] std::string expected(const Key& key);

/// The key's default as TOML, from the default-made struct; empty where it has none.
[[nodiscard]] std::string default_text(const Key& key);

/// Advice for names of cibuildwheel that have another form here: "skip" → "write [[matrix.exclude]] …". Empty where the
/// name is not one of them.
[[nodiscard]] std::string_view peer_advice(std::string_view name);

} // namespace wheelforge::matrix
