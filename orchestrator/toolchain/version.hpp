// Versions of toolchains: numbers between dots.
#pragma once

#include "orchestrator/base/error.hpp"

#include <compare>
#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::toolchain {

/// "13.5" as numbers. Compared number by number; a shorter version comes before a longer one that begins with it.
struct Version {
  std::vector<int> numbers;

  bool operator==(const Version&) const = default;
  auto operator<=>(const Version&) const = default;

  [[nodiscard]] std::string text() const;
  /// True where this begins with all numbers of `prefix`: 13.5 with 13; every version begins with the empty one.
  [[nodiscard]] bool begins_with(const Version& prefix) const;
};

/// Fails (kind usage) on anything but one to six numbers between dots.
[[nodiscard]] Result<Version> parse_version(std::string_view text);

} // namespace wheelforge::toolchain
