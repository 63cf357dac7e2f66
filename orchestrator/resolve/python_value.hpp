// The values that the small Python interpreter computes with.
#pragma once

#include "orchestrator/resolve/python_syntax.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace wheelforge::resolve {

/// A value of the interpreter. Booleans are numbers that know that they are booleans, as in Python.
struct PythonValue {
  enum class Kind : std::uint8_t { none, boolean, number, text, list, dictionary, function };
  Kind kind = Kind::none;
  std::int64_t number = 0;        ///< of boolean and number
  std::string text;               ///< of text; the name of function
  std::vector<PythonValue> items; ///< of list; key, value, key, value, … of dictionary
  /// Of function: its parameters are names[1…]; shared with the module's syntax tree.
  std::shared_ptr<const Statement> function;
  std::size_t weight = 1; ///< how many values and characters it is made of

  [[nodiscard]] static PythonValue boolean(bool value) { return {Kind::boolean, value ? 1 : 0, {}, {}, nullptr, 1}; }
  [[nodiscard]] static PythonValue integer(std::int64_t value) { return {Kind::number, value, {}, {}, nullptr, 1}; }
  [[nodiscard]] static PythonValue string(std::string value) {
    const std::size_t weight = value.size() + 1;
    return {Kind::text, 0, std::move(value), {}, nullptr, weight};
  }

  [[nodiscard]] bool is_number() const { return kind == Kind::number || kind == Kind::boolean; }
  /// bool(value).
  [[nodiscard]] bool truth() const;
};

/// a == b.
[[nodiscard]] bool equal(const PythonValue& a, const PythonValue& b);

/// a < b; fails (kind invalid_data) where Python 3 would raise TypeError.
[[nodiscard]] Result<bool> less(const PythonValue& a, const PythonValue& b);

/// The names that a scope knows.
using PythonScope = std::map<std::string, PythonValue, std::less<>>;

/// A module after its top level ran.
struct PythonModule {
  PythonScope globals;
};

/// Runs a module's top level. Fails (kind invalid_data) with the line where Python would raise and after 20000 steps.
[[nodiscard]] Result<PythonModule> run_python(const std::vector<Statement>& statements);

/// Calls a function of the module. The same failures.
[[nodiscard]] Result<PythonValue> call_python(const PythonModule& module, const PythonValue& function,
                                              std::vector<PythonValue> arguments);

} // namespace wheelforge::resolve
