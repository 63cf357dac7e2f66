// ABI tags: which binary interface of the interpreter a wheel needs (PEP 425 §ABI Tag, PEP 384, PEP 703, PEP 803).
#pragma once

#include "orchestrator/base/error.hpp"

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace wheelforge::tags {

/// A CPython version that an ABI tag names.
struct PythonVersion {
  int major = 0;
  int minor = 0;

  bool operator==(const PythonVersion&) const = default;
  auto operator<=>(const PythonVersion&) const = default;
};

/// One ABI tag: "none", "abi3", "abi3t", "cp312", "cp313t", "cp35m", "pypy311_pp73", …; kept as written.
struct AbiTag {
  std::string text;

  bool operator==(const AbiTag&) const = default;
  auto operator<=>(const AbiTag&) const = default;

  [[nodiscard]] bool is_none() const { return text == "none"; }
  /// The stable ABI of builds with the GIL (PEP 384).
  [[nodiscard]] bool is_abi3() const { return text == "abi3"; }
  /// The stable ABI of free-threaded builds (PEP 803).
  [[nodiscard]] bool is_abi3t() const { return text == "abi3t"; }
  /// abi3 or abi3t.
  [[nodiscard]] bool is_stable() const { return is_abi3() || is_abi3t(); }
  /// cp312 → 3.12, cp313t → 3.13, cp27mu → 2.7; nothing for every other tag.
  [[nodiscard]] std::optional<PythonVersion> cpython_version() const;
  /// What follows the version in a CPython tag: "t" free-threaded, "d" debug, "m" and "u" of old Pythons.
  [[nodiscard]] std::string_view cpython_flags() const;
  /// True for abi3t and for CPython tags with the flag t.
  [[nodiscard]] bool is_free_threaded() const;
};

/// Fails (kind usage) unless the text is letters, digits and underscores.
[[nodiscard]] Result<AbiTag> parse_abi_tag(std::string_view text);

/// The tag as written.
[[nodiscard]] inline const std::string& to_string(const AbiTag& tag) { return tag.text; }

} // namespace wheelforge::tags
