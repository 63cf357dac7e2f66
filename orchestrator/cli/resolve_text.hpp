// `wheelforge resolve` as text and as JSON.
#pragma once

#include "orchestrator/resolve/pip_history.hpp"
#include "orchestrator/resolve/resolution.hpp"

#include <string>
#include <vector>

namespace wheelforge::cli {

/// One project's files on one target, with what its pip does and since which pip each file is taken there.
struct ResolvedTarget {
  std::string target;  ///< "debian-11 x86_64", or "here" of --machine
  std::string project; ///< normalised
  resolve::InstallTarget install;
  std::vector<resolve::ReleaseFile> files;
  resolve::Resolution resolution;
  std::vector<std::string> explanations; ///< one a file
  std::vector<std::string> lowest_pips;  ///< one a file: "20.3", or empty where no known pip there takes it
};

/// What was picked and why not every other, a paragraph a target.
[[nodiscard]] std::string render_details(const std::vector<ResolvedTarget>& all);
/// One line a target.
[[nodiscard]] std::string render_table(const std::vector<ResolvedTarget>& all);
/// docs/schema/resolve.schema.json.
[[nodiscard]] std::string render_json(const std::vector<ResolvedTarget>& all,
                                      const std::vector<std::pair<std::string, std::string>>& skipped);

} // namespace wheelforge::cli
