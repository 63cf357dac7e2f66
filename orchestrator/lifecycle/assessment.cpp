// Matches components against advisories.
#include "orchestrator/lifecycle/assessment.hpp"

#include <algorithm>
#include <array>

namespace wheelforge::lifecycle {
namespace {

/// The names under which a database may list the component, and whether silence about them means anything.
struct Names {
  std::vector<std::string> names;
  bool sure = true;
};

/// Advisories of Debian, Ubuntu and Alpine name source packages, all others binary packages.
Names names_in_database(const Component& component, const AdvisoryDatabase& database) {
  const std::string& ecosystem = component.base.ecosystem;
  const bool by_source =
      ecosystem.starts_with("Debian") || ecosystem.starts_with("Ubuntu") || ecosystem.starts_with("Alpine");
  if (!by_source) {
    return {{component.name}, true};
  }
  if (!component.source.empty()) {
    return {{component.source}, true};
  }
  return {{component.name}, database.names(ecosystem, component.name)};
}

void sort_out(std::vector<KnownVulnerability>& found) {
  std::sort(found.begin(), found.end(), [](const KnownVulnerability& a, const KnownVulnerability& b) {
    return a.severity != b.severity ? a.severity > b.severity : a.id < b.id;
  });
  found.erase(std::unique(found.begin(), found.end(),
                          [](const KnownVulnerability& a, const KnownVulnerability& b) { return a.id == b.id; }),
              found.end());
}

/// Holds the version against each hit; gives the first reason why one could not be decided.
std::string match(const std::vector<AdvisoryDatabase::Hit>& hits, const std::string& version,
                  std::vector<KnownVulnerability>& out) {
  std::string undecided;
  for (const AdvisoryDatabase::Hit& hit : hits) {
    const AffectedVerdict verdict = is_affected(*hit.package, version);
    if (verdict.affected == Affected::yes) {
      out.push_back({hit.advisory->id, hit.advisory->aliases,
                     hit.package->severity != Severity::unknown ? hit.package->severity : hit.advisory->severity,
                     hit.advisory->summary, verdict.fixed});
    } else if (verdict.affected == Affected::undecided && undecided.empty()) {
      undecided = fmt::format("{} cannot be decided: {}", hit.advisory->id, verdict.reason);
    }
  }
  sort_out(out);
  return undecided;
}

Assessment concluded(std::vector<KnownVulnerability> found, std::string reason) {
  const VulnerabilityState state = !found.empty()   ? VulnerabilityState::vulnerable
                                   : reason.empty() ? VulnerabilityState::none_known
                                                    : VulnerabilityState::unknown;
  return {state, std::move(reason), std::move(found)};
}

/// What is built from source, in the wheel's own words.
Assessment assess_upstream(const Component& component, const AdvisoryDatabase& database) {
  if (component.version.empty() || component.means == Means::file_name) {
    return {VulnerabilityState::unknown, "its version is not known, only its file name", {}};
  }
  const std::vector<AdvisoryDatabase::Hit> hits = database.find_upstream(component.name);
  if (hits.empty()) {
    return {
        VulnerabilityState::unknown, "it belongs to no distribution's package, and no database lists its releases", {}};
  }
  std::vector<KnownVulnerability> found;
  std::string undecided = match(hits, component.version, found);
  return concluded(std::move(found), std::move(undecided));
}

/// Why silence about a package of this distribution means nothing; empty where it means something.
std::string out_of_support(const PackageBase& base, const std::vector<platform::Distribution>& distributions,
                           Date today) {
  if (base.distribution.empty()) {
    return {};
  }
  const auto found = platform::find_distribution(distributions, base.distribution);
  if (!found) {
    return fmt::format("its base {} is not known here", base.distribution);
  }
  const std::optional<Date> end = advisories_end(**found);
  if (!end) {
    return (*found)->rolling ? std::string()
                             : fmt::format("no source says until when its base {} is supported", base.distribution);
  }
  return *end < today ? fmt::format("its base {} is out of support since {}", base.distribution, to_string(*end))
                      : std::string();
}

} // namespace

std::string_view to_string(VulnerabilityState state) {
  constexpr std::array<std::string_view, 3> kNames = {"vulnerable", "none known", "unknown"};
  return kNames.at(static_cast<std::size_t>(state));
}

std::optional<Date> advisories_end(const platform::Distribution& distribution) {
  std::optional<Date> last;
  const platform::SupportWindow& support = distribution.support;
  for (const std::optional<std::string>& day : {support.ends, support.ends_pep600, support.lts_ends_pep600}) {
    if (const Result<Date> date = parse_date(day.value_or("")); date && (!last || *last < *date)) {
      last = *date;
    }
  }
  return last;
}

Assessment assess(const Component& component, const AdvisoryDatabase& database,
                  const std::vector<platform::Distribution>& distributions, Date today) {
  const PackageBase& base = component.base;
  if (base.ecosystem.empty() && base.distribution.empty()) {
    return assess_upstream(component, database);
  }
  std::string doubt = out_of_support(base, distributions, today);
  if (base.ecosystem.empty()) {
    return {VulnerabilityState::unknown,
            doubt.empty() ? fmt::format("no database of advisories is known for {}", base.distribution) : doubt,
            {}};
  }
  if (component.version.empty()) {
    return {VulnerabilityState::unknown, "its version is not known", {}};
  }
  if (doubt.empty() && !database.covers(base.ecosystem)) {
    doubt = fmt::format("no database of advisories for {} was given", base.ecosystem);
  }
  const Names names = names_in_database(component, database);
  std::vector<KnownVulnerability> found;
  for (const std::string& name : names.names) {
    std::string undecided = match(database.find(base.ecosystem, name), component.version, found);
    if (doubt.empty()) {
      doubt = std::move(undecided);
    }
  }
  if (doubt.empty() && !names.sure) {
    doubt = fmt::format("advisories for {} name source packages, and that of {} is not known", base.ecosystem,
                        component.name);
  }
  return concluded(std::move(found), std::move(doubt));
}

} // namespace wheelforge::lifecycle
