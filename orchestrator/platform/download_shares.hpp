// Which share of downloads each manylinux tag reaches, each Python has and old pips still have: a dated snapshot.
#pragma once

#include "orchestrator/base/error.hpp"
#include "orchestrator/tags/platform_tag.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::platform {

/// The share of pips older than a version in one month, in percent.
struct OldPipShare {
  std::string month;                     ///< "2025-04"
  std::map<std::string, double> percent; ///< by the version they are older than: "20.3" → 1.033

  bool operator==(const OldPipShare&) const = default;
};

/// Download statistics over a window of days. Downloads are not users; only glibc installs of manylinux wheels count.
struct DownloadShares {
  std::string from;            ///< first day, RFC 3339 full-date
  std::string to;              ///< last day
  std::uint64_t downloads = 0; ///< in the window
  std::string source;          ///< where the numbers come from
  /// By architecture, then by glibc version: the percentage of that architecture's downloads whose glibc is not older.
  std::map<std::string, std::map<tags::LibcVersion, double>> reach;
  std::map<std::string, std::uint64_t> downloads_by_arch;
  std::map<std::string, double> python_percent; ///< by "3.12"
  std::vector<OldPipShare> old_pips;            ///< by month, oldest first

  bool operator==(const DownloadShares&) const = default;

  /// The percentage of this architecture's downloads that a manylinux tag of this glibc version reaches. Between two
  /// listed versions it is the newer one's, a lower bound; above the newest listed one it is 0. Absent: the
  /// architecture is not listed.
  [[nodiscard]] std::optional<double> reach_of(std::string_view arch, tags::LibcVersion version) const;
};

/// Reads a file in the form of data/download_shares.json. Fails (kind invalid_data) on broken JSON, missing members,
/// percentages outside 0…100 and tags that are not manylinux_X_Y, with the value seen.
[[nodiscard]] Result<DownloadShares> parse_download_shares(std::string_view json);

/// The snapshot that is built into the program.
[[nodiscard]] const DownloadShares& known_download_shares();

} // namespace wheelforge::platform
