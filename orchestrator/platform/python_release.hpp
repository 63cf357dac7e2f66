// CPython minor versions as facts: when each was released, until when it is supported, its latest micro version.
#pragma once

#include "orchestrator/base/error.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::platform {

/// One minor version of CPython.
struct PythonRelease {
  int major = 0;
  int minor = 0;
  std::string released;                    ///< RFC 3339 full-date
  std::optional<std::string> bugfixes_end; ///< absent: ended, the day is not recorded
  std::string ends;                        ///< last day of security support
  std::string latest;                      ///< "3.12.14"

  bool operator==(const PythonRelease&) const = default;

  /// "3.12".
  [[nodiscard]] std::string name() const { return std::to_string(major) + "." + std::to_string(minor); }
};

/// Every version of a file in the form of data/pythons.json, oldest first. Fails (kind invalid_data) on broken JSON.
[[nodiscard]] Result<std::vector<PythonRelease>> parse_python_releases(std::string_view json);

/// The versions that are built into the program, oldest first.
[[nodiscard]] const std::vector<PythonRelease>& known_python_releases();

/// The release of this minor version; nullptr where there is none. The pointer is into `releases`.
[[nodiscard]] const PythonRelease* find_python_release(const std::vector<PythonRelease>& releases, int major,
                                                       int minor);

} // namespace wheelforge::platform
