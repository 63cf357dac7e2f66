// Package URLs: "pkg:rpm/almalinux/openssl-libs@1.1.1k-15.el8_6?arch=x86_64#subpath".
// Source: package-url/purl-spec, PURL-SPECIFICATION.
#pragma once

#include "orchestrator/base/error.hpp"

#include <map>
#include <string>
#include <string_view>

namespace wheelforge::lifecycle {

/// The parts of a purl, percent-decoded.
struct PackageUrl {
  std::string type;       ///< "rpm", "deb", "apk", "pypi", "generic"; lower case
  std::string name_space; ///< "almalinux"; may be empty
  std::string name;
  std::string version; ///< may be empty
  std::map<std::string, std::string> qualifiers;
  std::string subpath; ///< auditwheel puts the SHA-256 of the file's path there

  bool operator==(const PackageUrl&) const = default;

  /// The qualifier's value; empty where there is none.
  [[nodiscard]] std::string qualifier(const std::string& key) const;
  /// The version with the epoch that rpm purls keep in a qualifier: "1:1.1.1k-15.el8_6".
  [[nodiscard]] std::string full_version() const;
};

/// Fails (kind invalid_data) on what has no scheme, type or name, and on broken percent escapes.
[[nodiscard]] Result<PackageUrl> parse_package_url(std::string_view text);

} // namespace wheelforge::lifecycle
