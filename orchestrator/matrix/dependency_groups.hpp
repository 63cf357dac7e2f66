// The dependency groups of a pyproject.toml (PEP 735), each as the requirements it comes to.
#pragma once

#include "orchestrator/matrix/diagnostic.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::matrix {

/// Requirements by normalised group name.
using DependencyGroups = std::map<std::string, std::vector<std::string>>;

/// Reads [dependency-groups] and puts every {include-group = "…"} in its place. Fails with the place of a group that is
/// unknown or includes itself, and of an entry that is neither a requirement nor an include.
[[nodiscard]] Checked<DependencyGroups> parse_dependency_groups(std::string_view pyproject, std::string_view file_name);

} // namespace wheelforge::matrix
