// The clashes that depend on which of two wheels is imported first.
#pragma once

#include "orchestrator/loader/machine.hpp"
#include "orchestrator/together/clash_list.hpp"
#include "orchestrator/together/traits.hpp"

#include <vector>

namespace wheelforge::together {

/// Imports every pair of wheels in both orders on paper, as the machine's loader does, and adds what differs from the
/// second one's import alone: files that no longer load ("import-order"), and files that get the first one's libraries
/// instead of their own ("borrowed-library").
void find_order_clashes(const std::vector<WheelTraits>& wheels, const loader::Machine& machine, ClashList& clashes);

} // namespace wheelforge::together
