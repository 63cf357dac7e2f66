// Until when compilers are maintained upstream.
#pragma once

#include "orchestrator/lifecycle/support.hpp"

#include <string_view>
#include <vector>

namespace wheelforge::lifecycle {

/// When the upstream branch of a compiler such as "gcc 14 (gcc-toolset-14)" or "gcc 12.2" ended; empty where it is open
/// or not known. The dates do not decide: a distribution maintains its compiler longer than upstream does.
[[nodiscard]] std::vector<SupportEnd> branch_ends(std::string_view compiler);

} // namespace wheelforge::lifecycle
