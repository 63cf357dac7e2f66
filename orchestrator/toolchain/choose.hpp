// From what a matrix says ("cuda-13") to a recipe and, where there is a lock, to locked files.
#pragma once

#include "orchestrator/toolchain/lock.hpp"
#include "orchestrator/toolchain/recipe.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::toolchain {

/// An accelerator as the matrix names it.
struct Wanted {
  std::string name;
  Version version; ///< empty: any

  bool operator==(const Wanted&) const = default;
};

/// "cuda-13.5" → cuda and 13.5; "mkl" → mkl and any version.
[[nodiscard]] Wanted parse_wanted(std::string_view text);

/// The recipes of a project and its lock.
struct Toolchains {
  std::vector<Recipe> recipes; ///< sorted_recipes(): ours and the checkout's own
  ToolchainLock lock;
  std::vector<std::string> switches; ///< what the user has allowed: "non-free"
};

/// What an accelerator stands for on an architecture.
struct Chosen {
  const Recipe* recipe = nullptr; ///< never null; lives as long as the Toolchains
  bool is_locked = false;
};

/// The newest locked version that the name allows; where none is locked, the newest recipe that serves the architecture
/// and needs no switch that the user has not thrown, else the newest that does. The error is one sentence with the
/// recipes there are.
[[nodiscard]] tl::expected<Chosen, std::string> choose(const Toolchains& toolchains, std::string_view accelerator,
                                                       tags::Architecture arch);

} // namespace wheelforge::toolchain
