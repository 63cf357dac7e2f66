// From a configuration to its plan: the cells, their images, and those that --only names.
#pragma once

#include "orchestrator/cli/configuration.hpp"
#include "orchestrator/plan/plan.hpp"

#include <span>
#include <string>

namespace wheelforge::cli {

/// The plan of a configuration on this machine. Nothing is pulled or started; errors stand on stderr.
[[nodiscard]] Reported<plan::Plan> plan_cells(const Configuration& configuration, std::span<const std::string> only);

} // namespace wheelforge::cli
