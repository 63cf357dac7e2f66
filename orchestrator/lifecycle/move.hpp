// What to move to when something ends, and whom that loses.
#pragma once

#include "orchestrator/lifecycle/support.hpp"

#include <set>
#include <string>

namespace wheelforge::lifecycle {

/// Fills move_to and costs of an entry that has ended, is disputed or is about to end: a tag moves to the next one
/// whose image is supported for all of these architectures, a Python to the oldest that is supported, a toolchain and a
/// base with the tag that they belong to.
void find_move(SupportEntry& entry, const SupportFacts& facts, const std::set<std::string>& arches);

} // namespace wheelforge::lifecycle
