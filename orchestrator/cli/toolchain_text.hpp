// What `wheelforge toolchain list` and `wheelforge toolchain show` print: recipes with what is locked and fetched of
// them.
#pragma once

#include "orchestrator/provision/provision.hpp"
#include "orchestrator/toolchain/lock.hpp"
#include "orchestrator/toolchain/recipe.hpp"

#include <string>
#include <vector>

namespace wheelforge::cli {

// Recipes are never null; the doors are for looking whether a locked toolchain stands in the cache.

/// A table with a line a recipe: where it comes from, the newest gcc that it takes, and its state.
[[nodiscard]] std::string render_toolchains(const std::vector<const toolchain::Recipe*>& recipes,
                                            const toolchain::ToolchainLock& lock, const provision::Doors& doors);

/// Everything about one recipe: its limits, its variables in containers, its providers, and each locked file.
[[nodiscard]] std::string render_toolchain(const toolchain::Recipe& recipe, const toolchain::ToolchainLock& lock,
                                           const provision::Doors& doors);

/// The recipes as {"schema":1,"toolchains":[…]} with a newline at the end; sizes are in bytes.
[[nodiscard]] std::string toolchains_json(const std::vector<const toolchain::Recipe*>& recipes,
                                          const toolchain::ToolchainLock& lock, const provision::Doors& doors);

} // namespace wheelforge::cli
