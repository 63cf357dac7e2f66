// Python tags: which interpreter a wheel is for (PEP 425 §Python Tag).
#pragma once

#include "orchestrator/base/error.hpp"

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace wheelforge::tags {

/// One Python tag: "cp312", "pp311", "py3". A set such as "py2.py3" is a vector of them (see TagSet).
struct PythonTag {
  std::string implementation; ///< lower-case letters: "cp" CPython, "pp" PyPy, "py" any; others are kept as written
  int major = 0;              ///< the first digit
  std::optional<int> minor;   ///< the digits after it; absent in "py3"

  bool operator==(const PythonTag&) const = default;
  /// By implementation, then by version.
  auto operator<=>(const PythonTag&) const = default;

  [[nodiscard]] bool is_cpython() const { return implementation == "cp"; }
};

/// "cp312" → {cp, 3, 12}. Fails (kind usage) on anything that is not letters followed by digits; "cp313t" is explained,
/// because the free-threaded build differs in the ABI tag and not in the Python tag (PEP 703, PEP 425).
[[nodiscard]] Result<PythonTag> parse_python_tag(std::string_view text);

/// The tag as written in file names: "cp312".
[[nodiscard]] std::string to_string(const PythonTag& tag);

/// "3.12", or "3" where the tag names no minor version.
[[nodiscard]] std::string dotted_version(const PythonTag& tag);

} // namespace wheelforge::tags
