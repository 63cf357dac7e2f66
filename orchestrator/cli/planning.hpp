// From a configuration to its plan: the cells, their images, and those that --only names.
#pragma once

#include "orchestrator/cli/configuration.hpp"
#include "orchestrator/plan/plan.hpp"

#include <span>
#include <string>

namespace wheelforge::cli {

/// The plan of a configuration on this machine, with the images that images.lock pins. Nothing is pulled or started;
/// errors stand on stderr.
[[nodiscard]] Reported<plan::Plan> plan_cells(const host::FileSystem& files, const Configuration& configuration,
                                              std::span<const std::string> only);

} // namespace wheelforge::cli
