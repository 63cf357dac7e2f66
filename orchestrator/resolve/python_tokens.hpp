// Splits Python source into tokens, with indentation as tokens of its own.
#pragma once

#include "orchestrator/base/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::resolve {

/// One token of Python source.
struct PythonToken {
  enum class Kind : std::uint8_t { name, number, text, symbol, line_end, indent, dedent, end };
  Kind kind = Kind::end;
  std::string text; ///< the name, digits, symbol, or a string literal's value
  int line = 0;     ///< counted from 1

  bool operator==(const PythonToken&) const = default;

  [[nodiscard]] bool is(std::string_view wanted) const {
    return (kind == Kind::symbol || kind == Kind::name) && text == wanted;
  }
};

/// The tokens of a source text; the last one is `end`. Fails (kind invalid_data) with the line on unclosed strings and
/// brackets, on indentation that matches no outer level and on characters that are no part of Python.
[[nodiscard]] Result<std::vector<PythonToken>> tokenize_python(std::string_view source);

} // namespace wheelforge::resolve
