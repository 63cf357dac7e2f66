// Whether an advisory's ranges hold a version.
#include "orchestrator/lifecycle/advisory.hpp"

#include "orchestrator/lifecycle/package_version.hpp"

#include <algorithm>

namespace wheelforge::lifecycle {
namespace {

/// Versions compared by one scheme; "0" is before all. Remembers the first failure.
class Comparison {
public:
  explicit Comparison(VersionScheme scheme) : scheme_(scheme) {}

  /// True where a stands before b; false after a failure.
  bool before(std::string_view a, std::string_view b) {
    if (a == "0" || b == "0") {
      return a == "0" && b != "0";
    }
    const auto order = compare_versions(scheme_, a, b);
    if (!order) {
      failure_ = failure_.empty() ? order.error().message : failure_;
      return false;
    }
    return *order < 0;
  }

  [[nodiscard]] const std::string& failure() const { return failure_; }

private:
  VersionScheme scheme_;
  std::string failure_;
};

/// The events of a range decide in their order: the last that is not after the version says whether it is affected.
bool holds(const VersionRange& range, std::string_view version, Comparison& versions) {
  bool limited = false;
  bool below_limit = false;
  bool affected = false;
  std::string_view decided_by;
  for (const RangeEvent& event : range.events) {
    if (event.kind == EventKind::limit) {
      limited = true;
      below_limit = below_limit || event.value == "*" || versions.before(version, event.value);
      continue;
    }
    const bool reached = event.kind == EventKind::last_affected ? versions.before(event.value, version)
                                                                : !versions.before(version, event.value);
    if (!reached || (!decided_by.empty() && versions.before(event.value, decided_by))) {
      continue;
    }
    // Of two events at one version the end counts: it was introduced and mended there.
    const bool same = !decided_by.empty() && !versions.before(decided_by, event.value);
    if (!same || event.kind != EventKind::introduced) {
      affected = event.kind == EventKind::introduced;
    }
    decided_by = event.value;
  }
  return affected && (!limited || below_limit);
}

/// The first fixed version after this one.
std::string first_fix(const AffectedPackage& package, std::string_view version, Comparison& versions) {
  std::string best;
  for (const VersionRange& range : package.ranges) {
    for (const RangeEvent& event : range.events) {
      if (range.type != RangeType::git && event.kind == EventKind::fixed && versions.before(version, event.value) &&
          (best.empty() || versions.before(event.value, best))) {
        best = event.value;
      }
    }
  }
  return best;
}

} // namespace

AffectedVerdict is_affected(const AffectedPackage& package, std::string_view version) {
  const std::optional<VersionScheme> scheme = scheme_of(package.ecosystem);
  const bool listed = std::find(package.versions.begin(), package.versions.end(), version) != package.versions.end();
  bool in_range = false;
  bool decidable = !package.versions.empty();
  std::string failure;
  for (const VersionRange& range : package.ranges) {
    const std::optional<VersionScheme> rule = range.type == RangeType::semver ? VersionScheme::semver
                                              : range.type == RangeType::git  ? std::nullopt
                                                                              : scheme;
    if (!rule) {
      continue;
    }
    Comparison versions(*rule);
    in_range = holds(range, version, versions) || in_range;
    failure = failure.empty() ? versions.failure() : failure;
    decidable = decidable || versions.failure().empty();
  }
  if (listed || in_range) {
    Comparison versions(scheme.value_or(VersionScheme::semver));
    return {Affected::yes, first_fix(package, version, versions), {}};
  }
  if (!failure.empty()) {
    return {Affected::undecided, {}, failure};
  }
  if (!decidable) {
    return {Affected::undecided, {}, "it gives no versions that can be compared, only commits or nothing"};
  }
  return {};
}

} // namespace wheelforge::lifecycle
