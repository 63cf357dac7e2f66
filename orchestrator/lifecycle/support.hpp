// Until when tags, bases, images, Pythons and toolchains are supported, what to move to, and whom that loses.
#pragma once

#include "orchestrator/base/error.hpp"
#include "orchestrator/image/catalog.hpp"
#include "orchestrator/lifecycle/date.hpp"
#include "orchestrator/platform/distribution.hpp"
#include "orchestrator/platform/download_shares.hpp"
#include "orchestrator/platform/python_release.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::lifecycle {

/// Kinds of things with a date of support, in the order of the report.
enum class SubjectKind : std::uint8_t { tag, base, image, python, toolchain };
/// "tag", "base", "image", "python", "toolchain".
[[nodiscard]] std::string_view to_string(SubjectKind kind);

/// One date that one source gives.
struct SupportEnd {
  std::string date;    ///< RFC 3339 full-date
  std::string what;    ///< "free support", "long-term support", "paid extension", "upstream branch"
  std::string source;  ///< "endoflife.date"
  bool decides = true; ///< false: told, but the state does not follow it

  bool operator==(const SupportEnd&) const = default;
};

enum class SupportState : std::uint8_t {
  supported,
  ending,   ///< a deciding date comes within the warning time
  disputed, ///< one source says it has ended, another that it has not
  ended,
  unknown, ///< no source gives a date
};
/// "supported", "ending", "disputed", "ended", "unknown".
[[nodiscard]] std::string_view to_string(SupportState state);

/// What moving costs on one architecture.
struct MoveCost {
  std::string arch;
  std::optional<double> percent_now; ///< of the architecture's installs; absent: not in the statistics
  std::optional<double> percent_then;
  std::vector<std::string> loses; ///< distributions that are supported today and would get no wheel

  bool operator==(const MoveCost&) const = default;
};

/// One thing with dates.
struct SupportEntry {
  SubjectKind kind = SubjectKind::tag;
  std::string name;   ///< "manylinux2014", "centos-7", "quay.io/pypa/…", "3.9", "gcc 10 (devtoolset-10)"
  std::string detail; ///< a sentence; may be empty
  std::vector<SupportEnd> ends;
  SupportState state = SupportState::unknown;
  std::optional<int> days_left;         ///< until the first deciding date; negative where it is past
  std::optional<int> days_left_at_most; ///< until the last deciding one, where sources disagree
  std::string move_to;                  ///< empty: nothing better is known
  std::vector<MoveCost> costs;          ///< by architecture
  std::optional<double> percent;        ///< of a Python: its share of downloads
  std::vector<std::string> used_by;     ///< wheels, cells, the lock; sorted

  bool operator==(const SupportEntry&) const = default;
};

/// A platform tag in use.
struct UsedTag {
  std::string platform; ///< "manylinux2014_x86_64"
  std::string used_by;
};

/// A Python in use.
struct UsedPython {
  int major = 3;
  int minor = 0;
  std::string used_by;
};

/// An image in use.
struct UsedImage {
  std::string name;   ///< without tag and digest
  std::string tag;    ///< may be empty
  std::string digest; ///< may be empty
  std::string used_by;
};

/// What is looked at.
struct Inventory {
  std::vector<UsedTag> tags;
  std::vector<UsedPython> pythons;
  std::vector<UsedImage> images;
  std::vector<std::string> distributions; ///< ids, such as those of grafted packages
};

/// The facts and the day.
struct SupportFacts {
  Date today;
  int warn_days = 180;
  const std::vector<platform::Distribution>* distributions = nullptr; ///< never null when used
  const std::vector<platform::PythonRelease>* pythons = nullptr;      ///< never null when used
  const image::ImageCatalog* catalog = nullptr;                       ///< never null when used
  const platform::DownloadShares* shares = nullptr;                   ///< never null when used
};

/// Every tag, base, image, Python and toolchain that the inventory leads to, once each, by kind and name. Fails (kind
/// usage) on what is no platform tag, and (not_found) on distributions that are not known.
[[nodiscard]] Result<std::vector<SupportEntry>> support_entries(const Inventory& inventory, const SupportFacts& facts);

/// The inventory of everything in the catalogue, and every Python that is not older than the oldest supported but two.
[[nodiscard]] Inventory whole_inventory(const SupportFacts& facts);

/// The family of the image in which wheels with this tag are made; a registry's before one that is built here. nullptr
/// where the catalogue has none.
[[nodiscard]] const image::ImageFamily* family_for(const image::ImageCatalog& catalog, const tags::PlatformTag& tag);

/// The distribution that a base such as "AlmaLinux 8" or "CentOS 7 (s390x: ClefOS 7)" is: "almalinux-8".
[[nodiscard]] std::string distribution_of_base(std::string_view base);

/// State and days left from the dates.
void judge(SupportEntry& entry, Date today, int warn_days);

} // namespace wheelforge::lifecycle
