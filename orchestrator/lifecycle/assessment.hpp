// Whether a component has known vulnerabilities: yes, none known, or not known and why. Silence is never "clean".
#pragma once

#include "orchestrator/lifecycle/advisory_database.hpp"
#include "orchestrator/lifecycle/component.hpp"
#include "orchestrator/lifecycle/date.hpp"
#include "orchestrator/platform/distribution.hpp"

#include <optional>
#include <string>
#include <vector>

namespace wheelforge::lifecycle {

/// One advisory that is about the component and not mended in its version.
struct KnownVulnerability {
  std::string id; ///< "ALSA-2026:26275"
  std::vector<std::string> aliases;
  Severity severity = Severity::unknown;
  std::string summary;
  std::string fixed; ///< the first version that mends it; empty: none is known

  bool operator==(const KnownVulnerability&) const = default;
};

enum class VulnerabilityState : std::uint8_t {
  vulnerable, ///< at least one advisory is unfixed
  none_known, ///< a database speaks of its base and version, and has nothing against it
  unknown,    ///< nobody can say; `reason` says why
};
/// "vulnerable", "none known", "unknown".
[[nodiscard]] std::string_view to_string(VulnerabilityState state);

/// The answer for one component.
struct Assessment {
  VulnerabilityState state = VulnerabilityState::unknown;
  std::string reason;                              ///< of unknown; also set where vulnerable and more may be missing
  std::vector<KnownVulnerability> vulnerabilities; ///< worst first, then by id

  bool operator==(const Assessment&) const = default;
};

/// The last day on which anyone still publishes advisories for the distribution free of charge (long-term support of
/// volunteers included, paid extensions not); nothing where no source says.
[[nodiscard]] std::optional<Date> advisories_end(const platform::Distribution& distribution);

/// Matches a component against the database as of a day.
[[nodiscard]] Assessment assess(const Component& component, const AdvisoryDatabase& database,
                                const std::vector<platform::Distribution>& distributions, Date today);

} // namespace wheelforge::lifecycle
