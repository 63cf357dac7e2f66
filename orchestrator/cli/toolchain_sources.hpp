// Collects what decides about toolchains: the recipes of the program and of the checkout, and toolchains.lock.
#pragma once

#include "orchestrator/cli/configuration.hpp"
#include "orchestrator/plan/plan.hpp"
#include "orchestrator/toolchain/choose.hpp"

#include <filesystem>
#include <string>

namespace wheelforge::cli {

/// toolchains.lock beside the matrix file.
[[nodiscard]] std::filesystem::path toolchain_lock_path(const Configuration& configuration);

/// The recipes that are built in, those in the checkout's folder recipes/ over them, and the lock where there is one.
/// Errors stand on stderr.
[[nodiscard]] Reported<toolchain::Toolchains> toolchain_sources(const host::FileSystem& files,
                                                                const Configuration& configuration);

/// The same for a folder that may hold no project: only recipes/ and toolchains.lock are looked for.
[[nodiscard]] Result<toolchain::Toolchains> toolchains_in(const host::FileSystem& files,
                                                          const std::filesystem::path& folder);

/// The toolchain of a cell whose accelerator is resolved, or the rules of the pre-flight check that speak against it.
[[nodiscard]] tl::expected<plan::PlannedToolchain, std::string>
planned_toolchain(const toolchain::Toolchains& toolchains, const matrix::Cell& cell, const plan::ServedImage& image);

} // namespace wheelforge::cli
