// Resolves accelerators against the lock and the recipes.
#include "orchestrator/toolchain/choose.hpp"

#include "orchestrator/matrix/nearest_name.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace wheelforge::toolchain {
namespace {

bool fits(const Recipe& recipe, const Wanted& wanted) {
  return recipe.name == wanted.name && recipe.version.begins_with(wanted.version);
}

bool is_allowed(const Recipe& recipe, const std::vector<std::string>& switches) {
  return recipe.needs_switch.empty() ||
         std::find(switches.begin(), switches.end(), recipe.needs_switch) != switches.end();
}

std::string no_recipe(const Toolchains& toolchains, std::string_view accelerator, const Wanted& wanted) {
  std::vector<std::string> versions;
  std::vector<std::string> names;
  for (const Recipe& recipe : toolchains.recipes) {
    if (recipe.name == wanted.name) {
      versions.push_back(recipe.id());
    }
    if (std::find(names.begin(), names.end(), recipe.name) == names.end()) {
      names.push_back(recipe.name);
    }
  }
  if (!versions.empty()) {
    return fmt::format("there is no recipe for {}: there are {}", accelerator, fmt::join(versions, ", "));
  }
  const std::string nearest = matrix::nearest_name(wanted.name, names);
  return fmt::format("there is no recipe for {}: there are recipes for {}{}", accelerator, fmt::join(names, ", "),
                     nearest.empty() ? "" : fmt::format("; did you mean {}?", nearest));
}

} // namespace

Wanted parse_wanted(std::string_view text) {
  const std::size_t dash = text.rfind('-');
  if (dash != std::string_view::npos) {
    if (auto version = parse_version(text.substr(dash + 1))) {
      return {std::string(text.substr(0, dash)), *std::move(version)};
    }
  }
  return {std::string(text), {}};
}

tl::expected<Chosen, std::string> choose(const Toolchains& toolchains, std::string_view accelerator,
                                         tags::Architecture arch) {
  const Wanted wanted = parse_wanted(accelerator);
  const Recipe* best = nullptr;
  const auto rank = [&](const Recipe& recipe) {
    return recipe.serves(arch) ? (is_allowed(recipe, toolchains.switches) ? 2 : 1) : 0;
  };
  for (const Recipe& recipe : toolchains.recipes) { // the newest first
    if (!fits(recipe, wanted)) {
      continue;
    }
    if (toolchains.lock.find(recipe.name, recipe.version, arch) != nullptr) {
      return Chosen{&recipe, true};
    }
    if (best == nullptr || rank(recipe) > rank(*best)) {
      best = &recipe;
    }
  }
  if (best == nullptr) {
    return tl::unexpected(no_recipe(toolchains, accelerator, wanted));
  }
  return Chosen{best, false};
}

} // namespace wheelforge::toolchain
