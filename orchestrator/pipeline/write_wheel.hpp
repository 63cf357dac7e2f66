// A rewritten wheel as a file.
#pragma once

#include "orchestrator/host/file_system.hpp"
#include "orchestrator/repair/rewrite.hpp"

#include <filesystem>

namespace wheelforge::pipeline {

/// Writes a wheel as the only file of the folder; returns its path.
[[nodiscard]] Result<std::filesystem::path> write_wheel(host::FileSystem& files, const repair::RewrittenWheel& wheel,
                                                        const std::filesystem::path& folder);

} // namespace wheelforge::pipeline
