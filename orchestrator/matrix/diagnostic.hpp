// What a reader of a configuration file is told about it: place, value seen, values allowed, nearest name, what to do.
#pragma once

#include "orchestrator/base/error.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::matrix {

/// A stretch of one line. Line and column count from 1, columns in characters (code points); line 0 means nowhere.
struct Location {
  int line = 0;
  int column = 0;
  int length = 1;

  bool operator==(const Location&) const = default;
};

/// A value and where it was written.
template <class T>
struct Located {
  T value;
  Location at;

  bool operator==(const Located&) const = default;
};

/// A file as it was read: its name for messages, and its text.
struct SourceText {
  std::string name;
  std::string text;

  /// The line with this number, without its end; empty where there is none.
  [[nodiscard]] std::string_view line(int number) const;
};

/// One error in a configuration file.
struct Diagnostic {
  std::string file;
  Location at;
  std::string source_line; ///< empty where the error has no place in the file
  std::string message;     ///< one lower-case sentence with the value seen
  std::string allowed;     ///< the values that would do; may be empty
  std::string nearest;     ///< the known name that is spelled most like the one seen; may be empty
  std::string hint;        ///< what to do about it; may be empty

  bool operator==(const Diagnostic&) const = default;
};

using Diagnostics = std::vector<Diagnostic>;

/// A value, or everything that is wrong with the file it was to be made of (at least one Diagnostic).
template <class T>
using Checked = tl::expected<T, Diagnostics>;

/// A Diagnostic about a place in a file; fill in what else is known.
[[nodiscard]] Diagnostic diagnose(const SourceText& source, Location at, std::string message);

/// The diagnostic as printed, with a newline at its end: "FILE:LINE:COLUMN: error: MESSAGE", the line, a caret under
/// the place, then "allowed:", "did you mean" and "hint:" lines where there is something to say.
[[nodiscard]] std::string render(const Diagnostic& diagnostic);

/// All of them by line and column, each once, with their number in a last line where there are several.
[[nodiscard]] std::string render(const Diagnostics& diagnostics);

/// The same as one Error of kind usage, for callers that pass errors on.
[[nodiscard]] Error to_error(const Diagnostics& diagnostics);

} // namespace wheelforge::matrix
