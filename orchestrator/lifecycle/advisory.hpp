// Advisories in OSV's format: JSON in, values out, and whether one is about a given version.
// Source: ossf/osv-schema, docs/schema.md 1.7.
#pragma once

#include "orchestrator/base/error.hpp"
#include "orchestrator/lifecycle/severity.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::lifecycle {

enum class EventKind : std::uint8_t { introduced, fixed, last_affected, limit };

/// Where a range of versions begins or ends.
struct RangeEvent {
  EventKind kind = EventKind::introduced;
  std::string value;

  bool operator==(const RangeEvent&) const = default;
};

enum class RangeType : std::uint8_t { ecosystem, semver, git };

struct VersionRange {
  RangeType type = RangeType::ecosystem;
  std::vector<RangeEvent> events;

  bool operator==(const VersionRange&) const = default;
};

/// One package of an advisory.
struct AffectedPackage {
  std::string ecosystem; ///< "AlmaLinux:8", "PyPI"; empty where only git ranges are given
  std::string name;
  std::string purl; ///< may be empty
  std::vector<VersionRange> ranges;
  std::vector<std::string> versions;
  Severity severity = Severity::unknown; ///< of this package, where it says one

  bool operator==(const AffectedPackage&) const = default;
};

struct Advisory {
  std::string id; ///< "ALSA-2026:26275"
  std::string summary;
  std::string modified;             ///< RFC 3339 date-time
  std::string published;            ///< may be empty
  bool withdrawn = false;           ///< then it is about nothing any more
  std::vector<std::string> aliases; ///< CVE numbers and the like from aliases, upstream and related; sorted, each once
  Severity severity = Severity::unknown;
  std::vector<AffectedPackage> affected;

  bool operator==(const Advisory&) const = default;
};

/// The advisories of a JSON text: one object, an array of them, or an object with the array `vulns`. Fails (kind
/// invalid_data) on what is no JSON and on advisories that break OSV's schema, naming the advisory and the member.
[[nodiscard]] Result<std::vector<Advisory>> parse_advisories(std::string_view json);

/// Whether a version is affected.
enum class Affected : std::uint8_t {
  no,
  yes,
  undecided, ///< only commits are given, or the versions cannot be compared
};

/// The answer for one version.
struct AffectedVerdict {
  Affected affected = Affected::no;
  std::string fixed;  ///< the first version in which it is mended; empty where none is said
  std::string reason; ///< why it is undecided

  bool operator==(const AffectedVerdict&) const = default;
};

/// Evaluates the package's ranges and versions as OSV's §"Evaluation" says.
[[nodiscard]] AffectedVerdict is_affected(const AffectedPackage& package, std::string_view version);

} // namespace wheelforge::lifecycle
