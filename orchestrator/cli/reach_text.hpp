// `wheelforge reach` as text and as JSON.
#pragma once

#include "orchestrator/platform/distribution.hpp"
#include "orchestrator/platform/download_shares.hpp"
#include "orchestrator/resolve/reach.hpp"

#include <optional>
#include <string>
#include <vector>

namespace wheelforge::cli {

/// A measurement, and a second one where tags were dropped or added.
struct ReachReport {
  resolve::Reach before;
  std::optional<resolve::Reach> after;
  resolve::ReachChange change;
  std::string today;                                                  ///< RFC 3339 full-date
  const platform::DownloadShares* shares = nullptr;                   ///< not owned
  const std::vector<platform::Distribution>* distributions = nullptr; ///< not owned
};

/// What pip takes, as a field of the grid has it: "2_28", "2014", "musl 1_2", "any", "sdist", "-".
[[nodiscard]] std::string reach_word(const resolve::ReachRow& row);

/// The tags with their reach, a grid of distributions and Pythons for each architecture, and what a change does.
[[nodiscard]] std::string render_reach(const ReachReport& report);
/// docs/schema/reach.schema.json.
[[nodiscard]] std::string render_reach_json(const ReachReport& report);

} // namespace wheelforge::cli
