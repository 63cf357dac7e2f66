// Version strings inside compiled libraries: what a file says of itself, and what is linked into it statically.
#pragma once

#include "orchestrator/base/error.hpp"

#include <compare>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::lifecycle {

/// How one library tells its version.
struct VersionMark {
  std::string library; ///< "openssl"
  std::string before;  ///< "OpenSSL "
  std::string after;   ///< " Copyright", "{date}", "{nul}"; may be empty
  std::string file;    ///< only in files whose original name begins so; empty: in any

  bool operator==(const VersionMark&) const = default;
};

/// A library and the version that was read.
struct FoundVersion {
  std::string library;
  std::string version;

  bool operator==(const FoundVersion&) const = default;
  auto operator<=>(const FoundVersion&) const = default;
};

/// Reads a table in the form of data/version_strings.txt. Fails (kind invalid_data) with the line that is wrong.
[[nodiscard]] Result<std::vector<VersionMark>> parse_version_marks(std::string_view text);
/// The table that is built into the program.
[[nodiscard]] const std::vector<VersionMark>& known_version_marks();

/// Every version that the bytes tell by one of the marks, sorted, each once. `file_name` is the original one.
[[nodiscard]] std::vector<FoundVersion> find_versions(std::span<const std::byte> bytes, std::string_view file_name,
                                                      const std::vector<VersionMark>& marks);

} // namespace wheelforge::lifecycle
