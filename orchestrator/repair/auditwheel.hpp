// Repair by auditwheel inside the build container: the command line for it.
#pragma once

#include "orchestrator/tags/platform_tag.hpp"

#include <string>
#include <vector>

namespace wheelforge::repair {

/// What a wheel must become.
struct RepairRequest {
  std::string wheel;                ///< path of the wheel as built
  std::string folder;               ///< where the repaired wheel goes
  tags::PlatformTag platform;       ///< the tag that it must meet at least
  std::vector<std::string> exclude; ///< globs of sonames that are never grafted
};

/// The argv of auditwheel that grafts the wheel's foreign libraries and tags it. auditwheel adds wider tags by itself
/// where the content keeps their promise. Source: auditwheel 6.8 `repair --help`.
[[nodiscard]] std::vector<std::string> auditwheel_command(const RepairRequest& request);

} // namespace wheelforge::repair
