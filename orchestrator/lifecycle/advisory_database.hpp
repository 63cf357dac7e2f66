// Many advisories from one or more feeds, found by ecosystem and package.
#pragma once

#include "orchestrator/lifecycle/advisory.hpp"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::lifecycle {

/// One feed of a database.
struct Feed {
  std::string name;    ///< as the user gave it, or its URL
  std::string fetched; ///< RFC 3339 full-date of the download; empty: it was given as a file
  std::string newest;  ///< the latest `modified` in it
  std::size_t advisories = 0;
  std::string problem; ///< why it could not be refreshed; empty where nothing went wrong

  bool operator==(const Feed&) const = default;
};

/// An ecosystem as it is compared: "Ubuntu:22.04:LTS" → "Ubuntu:22.04", "Red Hat:enterprise_linux:8::baseos" →
/// "Red Hat:8"; others as they are.
[[nodiscard]] std::string normalized_ecosystem(std::string_view ecosystem);

/// Advisories by package.
class AdvisoryDatabase {
public:
  /// A package of an advisory; the pointers live as long as the database is not added to.
  struct Hit {
    const Advisory* advisory = nullptr;
    const AffectedPackage* package = nullptr;
  };

  /// Adds a feed; advisories that were withdrawn are left out.
  void add(Feed feed, std::vector<Advisory> advisories);

  /// What is known of a package in an ecosystem, with or without release.
  [[nodiscard]] std::vector<Hit> find(std::string_view ecosystem, std::string_view package) const;
  /// The same in every ecosystem that speaks of upstream releases (OSS-Fuzz, Bitnami, GIT), by name in any case.
  [[nodiscard]] std::vector<Hit> find_upstream(std::string_view package) const;
  /// True where some advisory is about this ecosystem (and release): only then may silence mean that nothing is known.
  [[nodiscard]] bool covers(std::string_view ecosystem) const;
  /// True where some advisory of this ecosystem, whatever the release, names the package.
  [[nodiscard]] bool names(std::string_view ecosystem, std::string_view package) const;
  [[nodiscard]] const std::vector<Feed>& feeds() const { return feeds_; }

private:
  struct Place {
    std::size_t advisory = 0;
    std::size_t package = 0;
  };
  [[nodiscard]] Hit hit(Place place) const;

  std::vector<Feed> feeds_;
  std::vector<Advisory> advisories_;
  std::map<std::pair<std::string, std::string>, std::vector<Place>> places_; ///< by ecosystem and package
  std::map<std::string, std::vector<Place>, std::less<>> upstream_;
  std::set<std::string, std::less<>> ecosystems_;
  std::set<std::pair<std::string, std::string>> names_; ///< of ecosystems without release
};

} // namespace wheelforge::lifecycle
