// The file name of a wheel: distribution, version, build tag and tags (PEP 427 §File name convention).
#pragma once

#include "orchestrator/base/error.hpp"
#include "orchestrator/tags/wheel_tag.hpp"

#include <string>
#include <string_view>

namespace wheelforge::wheel {

/// A wheel's file name in its parts, each as written.
struct WheelName {
  std::string distribution; ///< "PyYAML", "ruamel.yaml"
  std::string version;      ///< "1.0.post1+cpu"; a valid PEP 440 version
  std::string build;        ///< "1", "2_cuda"; empty where there is none
  tags::TagSet tags;

  bool operator==(const WheelName&) const = default;

  /// The distribution as PEP 503 normalises it: lower case, runs of "-_." as one "-".
  [[nodiscard]] std::string normalized_distribution() const;
};

/// Fails (kind invalid_data) unless the name has five or six parts, a distribution of letters, digits, "_" and ".",
/// a PEP 440 version, a build tag that begins with a digit, and tags. Takes a bare name, without folders.
[[nodiscard]] Result<WheelName> parse_wheel_name(std::string_view file_name);

/// The same file name again, with ".whl".
[[nodiscard]] std::string to_string(const WheelName& name);

/// PEP 503: "Foo__Bar.baz" → "foo-bar-baz".
[[nodiscard]] std::string normalize_distribution(std::string_view name);

/// True for every version that PEP 440's pattern accepts, in any spelling ("v1.0-Alpha_2").
[[nodiscard]] bool is_valid_version(std::string_view version);

} // namespace wheelforge::wheel
