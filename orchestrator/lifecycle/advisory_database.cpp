// Finds advisories by ecosystem and package.
#include "orchestrator/lifecycle/advisory_database.hpp"

#include "orchestrator/base/ascii.hpp"
#include "orchestrator/wheel/wheel_name.hpp"

#include <algorithm>

namespace wheelforge::lifecycle {
namespace {

std::string_view without_release(std::string_view ecosystem) { return ecosystem.substr(0, ecosystem.find(':')); }

/// Project names of PyPI are compared in their normal form.
std::string package_key(std::string_view ecosystem, std::string_view package) {
  return without_release(ecosystem) == "PyPI" ? wheel::normalize_distribution(package) : std::string(package);
}

bool speaks_of_upstream(std::string_view ecosystem) {
  const std::string_view base = without_release(ecosystem);
  return base == "OSS-Fuzz" || base == "Bitnami" || base == "GIT" || base.empty();
}

} // namespace

std::string normalized_ecosystem(std::string_view ecosystem) {
  const std::string_view base = without_release(ecosystem);
  std::string_view rest = ecosystem.substr(std::min(base.size() + 1, ecosystem.size()));
  if (base == "Ubuntu") {
    while (!rest.empty() && (rest.front() < '0' || rest.front() > '9')) { // "Pro:", "Pro:FIPS:"
      const std::size_t colon = rest.find(':');
      rest = colon == std::string_view::npos ? std::string_view() : rest.substr(colon + 1);
    }
    rest = rest.substr(0, rest.find(':'));
  } else if (base == "Red Hat" && rest.starts_with("enterprise_linux:")) {
    rest.remove_prefix(std::string_view("enterprise_linux:").size());
    rest = rest.substr(0, rest.find(':'));
  }
  return rest.empty() ? std::string(base) : std::string(base) + ":" + std::string(rest);
}

void AdvisoryDatabase::add(Feed feed, std::vector<Advisory> advisories) {
  for (Advisory& advisory : advisories) {
    feed.newest = std::max(feed.newest, advisory.modified);
    ++feed.advisories;
    for (const AffectedPackage& package : advisory.affected) { // also of withdrawn ones: the feed speaks of them
      ecosystems_.insert(normalized_ecosystem(package.ecosystem));
      names_.emplace(without_release(package.ecosystem), package_key(package.ecosystem, package.name));
    }
    if (advisory.withdrawn) {
      continue;
    }
    const std::size_t at = advisories_.size();
    for (std::size_t i = 0; i < advisory.affected.size(); ++i) {
      const AffectedPackage& package = advisory.affected[i];
      if (speaks_of_upstream(package.ecosystem)) {
        upstream_[lower_case(package.name)].push_back({at, i});
      } else {
        places_[{normalized_ecosystem(package.ecosystem), package_key(package.ecosystem, package.name)}].push_back(
            {at, i});
      }
    }
    advisories_.push_back(std::move(advisory));
  }
  feeds_.push_back(std::move(feed));
}

AdvisoryDatabase::Hit AdvisoryDatabase::hit(Place place) const {
  const Advisory& advisory = advisories_[place.advisory];
  return {&advisory, &advisory.affected[place.package]};
}

std::vector<AdvisoryDatabase::Hit> AdvisoryDatabase::find(std::string_view ecosystem, std::string_view package) const {
  std::vector<Hit> out;
  const std::string normalized = normalized_ecosystem(ecosystem);
  std::vector<std::string> keys = {normalized};
  if (const std::string base(without_release(normalized)); base != normalized) {
    keys.push_back(base); // an advisory that names no release is about all of them
  }
  for (const std::string& key : keys) {
    const auto found = places_.find({key, package_key(ecosystem, package)});
    for (const Place& place : found == places_.end() ? std::vector<Place>() : found->second) {
      out.push_back(hit(place));
    }
  }
  return out;
}

std::vector<AdvisoryDatabase::Hit> AdvisoryDatabase::find_upstream(std::string_view package) const {
  std::vector<Hit> out;
  const auto found = upstream_.find(lower_case(package));
  for (const Place& place : found == upstream_.end() ? std::vector<Place>() : found->second) {
    out.push_back(hit(place));
  }
  return out;
}

bool AdvisoryDatabase::covers(std::string_view ecosystem) const {
  const std::string normalized = normalized_ecosystem(ecosystem);
  return ecosystems_.contains(normalized) || ecosystems_.contains(without_release(normalized));
}

bool AdvisoryDatabase::names(std::string_view ecosystem, std::string_view package) const {
  return names_.contains({std::string(without_release(ecosystem)), package_key(ecosystem, package)});
}

} // namespace wheelforge::lifecycle
