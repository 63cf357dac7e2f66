// What a machine's own loader said of an installed wheel's libraries.
#pragma once

#include "orchestrator/base/error.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace wheelforge::wheeltest {

/// Seen in a test container, once the wheel was installed.
struct Observation {
  std::string distribution; ///< "debian-12", as the machine calls itself; empty where it does not say
  std::string libc;         ///< "glibc 2.36"; empty where Python does not know
  std::string python;       ///< "3.11.2"
  /// Path below site-packages → nothing where the library loads, else the loader's sentence.
  std::map<std::string, std::optional<std::string>> loads;

  bool operator==(const Observation&) const = default;
};

/// Reads what observe.py prints. Fails (kind invalid_data) on anything else.
[[nodiscard]] Result<Observation> parse_observation(std::string_view json);

} // namespace wheelforge::wheeltest
