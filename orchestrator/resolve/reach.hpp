// Whom a release reaches: which distributions, Pythons and pips get a wheel of it, and which share of installs.
#pragma once

#include "orchestrator/base/error.hpp"
#include "orchestrator/platform/distribution.hpp"
#include "orchestrator/platform/download_shares.hpp"
#include "orchestrator/resolve/candidate.hpp"
#include "orchestrator/resolve/install_target.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::resolve {

/// What an install of the release ends with.
enum class Outcome : std::uint8_t {
  nothing, ///< pip finds no file
  sdist,   ///< pip builds from source
  wheel,
};

/// "nothing", "sdist" or "wheel".
[[nodiscard]] std::string_view to_string(Outcome outcome);

/// Whose pip a row is about.
enum class PipOrigin : std::uint8_t {
  shipped, ///< the distribution's own, on its own Python
  newest,  ///< the newest known that starts on that Python
};

/// One install that was tried on paper.
struct ReachRow {
  std::string distribution; ///< "debian-12"
  std::string arch;
  std::string python; ///< "3.11"
  std::string pip;
  PipOrigin origin = PipOrigin::newest;
  Outcome outcome = Outcome::nothing;
  std::string file; ///< what pip takes; empty where nothing
  std::string
      policy; ///< of the wheel's matching tag: "manylinux_2_28", "manylinux2014", "musllinux_1_2", "linux", "any"

  bool operator==(const ReachRow&) const = default;
};

/// How far one platform tag of the release reaches.
struct TagReach {
  std::string arch;              ///< empty for "any"
  std::string policy;            ///< "manylinux_2_28"
  std::size_t wheels = 0;        ///< how many wheels of the release carry it
  std::optional<double> percent; ///< of the architecture's downloads; absent: not in the statistics

  bool operator==(const TagReach&) const = default;
};

/// The reach of a release.
struct Reach {
  std::vector<TagReach> tags; ///< by architecture, widest first
  /// By architecture: the percentage of its downloads that get a wheel, Python versions and glibc versions taken as
  /// independent of each other.
  std::map<std::string, double> percent;
  std::vector<std::string> pythons;           ///< the columns of the grid
  std::vector<ReachRow> rows;                 ///< by architecture, distribution (in the table's order), Python
  std::map<std::string, std::string> skipped; ///< by distribution: why its own Python or pip has no row

  bool operator==(const Reach&) const = default;
};

/// What to look at.
struct ReachOptions {
  std::string today;                ///< RFC 3339 full-date
  bool ended = false;               ///< also distributions whose support has ended, extensions included
  std::vector<std::string> arches;  ///< empty: those of the wheels; x86_64 and aarch64 where all are pure
  std::vector<Interpreter> pythons; ///< empty: those that are supported or that a wheel is made for
  std::vector<std::string> targets; ///< ids of distributions; empty: all
};

/// Tries the release everywhere. Fails (kind usage or not_found) on unknown architectures and distributions.
[[nodiscard]] Result<Reach> measure_reach(const std::vector<ReleaseFile>& files,
                                          const std::vector<platform::Distribution>& distributions,
                                          const platform::DownloadShares& shares, const ReachOptions& options);

/// Tags to take away and to add: "manylinux2014", "manylinux_2_28_aarch64". A tag without an architecture means all
/// architectures of the release; both spellings of a tag are one.
struct ReachChange {
  std::vector<std::string> drop;
  std::vector<std::string> add;

  [[nodiscard]] bool empty() const { return drop.empty() && add.empty(); }
};

/// The files as they would be: wheels lose the dropped tags and go when none is left; for every Python and ABI tag of
/// the release that is bound to a platform, a wheel with each added tag comes. Fails (kind usage) on what is no
/// platform tag and on tags to drop that no wheel has.
[[nodiscard]] Result<std::vector<ReleaseFile>> apply_change(const std::vector<ReleaseFile>& files,
                                                            const ReachChange& change);

/// One install whose outcome or wheel differs.
struct ReachDifference {
  ReachRow before;
  ReachRow after;
};

/// The rows that differ between two measurements with the same options, in their order.
[[nodiscard]] std::vector<ReachDifference> compare_reach(const Reach& before, const Reach& after);

} // namespace wheelforge::resolve
