// The Python of a cell by the name that the matrix uses: "cp312", "cp313t", "pp311".
#pragma once

#include "orchestrator/base/error.hpp"
#include "orchestrator/tags/abi_tag.hpp"
#include "orchestrator/tags/python_tag.hpp"

#include <span>
#include <string>
#include <string_view>

namespace wheelforge::matrix {

/// A Python interpreter: a Python tag, and whether it was built without the GIL (PEP 703).
struct Interpreter {
  tags::PythonTag tag;
  bool is_free_threaded = false;

  bool operator==(const Interpreter&) const = default;
  /// CPython before PyPy, then by version, the free-threaded build after the other.
  auto operator<=>(const Interpreter&) const = default;
};

/// Every interpreter that a matrix can name: cp39 … cp315, cp313t … cp315t, pp311.
[[nodiscard]] std::span<const Interpreter> known_interpreters();

/// The known interpreter of this name; fails with kind usage and the list of names.
[[nodiscard]] Result<Interpreter> parse_interpreter(std::string_view text);

/// "cp312", "cp313t", "pp311".
[[nodiscard]] std::string to_string(const Interpreter& interpreter);

/// The tag of its extension modules: "cp312", "cp313t", "pypy311_pp73".
[[nodiscard]] tags::AbiTag abi_of(const Interpreter& interpreter);

/// Its folder below /opt/python in a build image: "cp313-cp313t", "pp311-pypy311_pp73".
[[nodiscard]] std::string folder_of(const Interpreter& interpreter);

} // namespace wheelforge::matrix
