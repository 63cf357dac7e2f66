// The Pythons that a project says it works with (Requires-Python, PEP 345 and PEP 440 §Version specifiers).
#pragma once

#include "orchestrator/base/error.hpp"
#include "orchestrator/matrix/interpreter.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::matrix {

/// A set of version clauses; all must hold. An empty set allows every Python.
class RequiresPython {
public:
  /// True where the newest imaginable patch release of the interpreter's version (3.9.99) meets every clause, so that
  /// "!=3.9.7" and ">=3.9.2" keep 3.9.
  [[nodiscard]] bool allows(const Interpreter& interpreter) const;

  /// As written.
  [[nodiscard]] const std::string& text() const { return text_; }

  bool operator==(const RequiresPython&) const = default;

  struct Clause {
    std::string comparison;   ///< "==", "!=", "<=", ">=", "<", ">", "~=", "==="
    std::vector<int> release; ///< 3.9.2 → {3, 9, 2}
    bool is_prefix = false;   ///< "==3.9.*"

    bool operator==(const Clause&) const = default;
  };

private:
  friend Result<RequiresPython> parse_requires_python(std::string_view text);
  std::string text_;
  std::vector<Clause> clauses_;
};

/// Fails (kind usage) with the clause that is not PEP 440. Pre-release and local parts of a version are passed over:
/// they cannot tell two minor versions apart.
[[nodiscard]] Result<RequiresPython> parse_requires_python(std::string_view text);

} // namespace wheelforge::matrix
