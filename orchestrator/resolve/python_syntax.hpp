// The syntax tree of the small part of Python that `_manylinux` modules are written in.
#pragma once

#include "orchestrator/base/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::resolve {

/// An expression; which members count depends on `kind`.
struct Expression {
  enum class Kind : std::uint8_t {
    none,
    boolean,    ///< number 0 or 1
    number,     ///< number
    text,       ///< text
    name,       ///< text
    list,       ///< parts; lists, tuples and sets are one kind here
    dictionary, ///< parts: key, value, key, value, …
    logical_or, ///< parts
    logical_and,
    logical_not, ///< parts[0]
    negate,      ///< parts[0]
    binary,      ///< parts[0] text parts[1], text one of + - * // %
    compare,     ///< parts[0] operators[0] parts[1] operators[1] parts[2] …
    conditional, ///< parts[1] if parts[0] else parts[2]
    call,        ///< parts[0](parts[1], …)
    method,      ///< parts[0].text(parts[1], …)
    item,        ///< parts[0][parts[1]]
    lambda,      ///< lambda operators: parts[0]
  };
  Kind kind = Kind::none;
  std::int64_t number = 0;
  std::string text;
  std::vector<std::string> operators;
  std::vector<Expression> parts;
  int line = 0;
};

/// A statement; which members count depends on `kind`.
struct Statement {
  enum class Kind : std::uint8_t {
    expression, ///< value
    assign,     ///< every one of names = value
    define,     ///< def names[0](names[1], …): body
    branch,     ///< if value: body; else: otherwise
    give_back,  ///< return value
    nothing,    ///< pass, import of a name that is never used
  };
  Kind kind = Kind::nothing;
  std::vector<std::string> names;
  Expression value;
  std::vector<Statement> body;
  std::vector<Statement> otherwise;
  int line = 0;
};

/// The statements of a module. Fails (kind invalid_data) with the line on anything outside that part of Python, and on
/// nesting deeper than 50.
[[nodiscard]] Result<std::vector<Statement>> parse_python(std::string_view source);

} // namespace wheelforge::resolve
