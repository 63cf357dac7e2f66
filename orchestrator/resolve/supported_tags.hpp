// The ordered list of tags that a pip supports somewhere: what `pip debug --verbose` would print there.
#pragma once

#include "orchestrator/base/error.hpp"
#include "orchestrator/resolve/install_target.hpp"

#include <string>
#include <vector>

namespace wheelforge::resolve {

/// The platform tags, most preferred first. Fails (kind invalid_data) where pip itself would stop: on a glibc version
/// that pip 8.1.0 cannot read and where the `_manylinux` module raises.
[[nodiscard]] Result<std::vector<std::string>> supported_platforms(const PipRules& rules, const Machine& machine);

/// The tags as "cp312-cp312-manylinux_2_28_x86_64", most preferred first. The same failures.
/// Source: pip's pep425tags.py (8.0–19.3) and packaging's tags.py (20.0 on).
[[nodiscard]] Result<std::vector<std::string>> supported_tags(const InstallTarget& target);

} // namespace wheelforge::resolve
