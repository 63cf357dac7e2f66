// From the arguments of a command to the wheel files they mean.
#pragma once

#include "orchestrator/base/error.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace wheelforge::cli {

/// The files that the arguments name, in their order, each once: a file is itself, a folder its *.whl files, a pattern
/// with * ? [ ] what matches in its folder, both sorted by name. Fails with not_found where an argument names nothing.
[[nodiscard]] Result<std::vector<std::filesystem::path>> find_wheel_files(const std::vector<std::string>& arguments);

} // namespace wheelforge::cli
