// Reads recipes and locks, and asks the pre-flight check.
#include "orchestrator/cli/toolchain_sources.hpp"

#include "orchestrator/toolchain/compatible.hpp"
#include "orchestrator/toolchain/label.hpp"

#include <fmt/format.h>

namespace wheelforge::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLockFile = "toolchains.lock";
constexpr const char* kRecipeFolder = "recipes";

/// The checkout's own recipes. A folder of that name may hold anything: only files with the keys of a recipe's first
/// lines are taken for one.
Result<std::vector<toolchain::Recipe>> own_recipes(const host::FileSystem& files, const fs::path& folder) {
  std::vector<toolchain::Recipe> recipes;
  if (!files.exists(folder)) {
    return recipes;
  }
  WF_TRY(const auto entries, files.list(folder));
  for (const host::FolderEntry& entry : entries) {
    if (!entry.name.ends_with(".toml")) {
      continue;
    }
    WF_TRY(const std::string text, files.read(folder / entry.name));
    WF_TRY(auto recipe, toolchain::parse_recipe(text, (folder / entry.name).lexically_normal().string()));
    recipes.push_back(std::move(recipe));
  }
  return recipes;
}

toolchain::Circumstances circumstances_of(const matrix::Cell& cell, const plan::ServedImage& image) {
  const matrix::AcceleratorOptions& options = cell.options->accelerator;
  toolchain::Circumstances at;
  at.platform = cell.platform;
  if (cell.python.tag.major == 3) {
    at.python_minor = cell.python.tag.minor;
  }
  at.gcc = options.gcc > 0 ? std::optional(static_cast<int>(options.gcc)) : toolchain::gcc_major(image.compiler);
  if (auto binutils = toolchain::parse_version(image.binutils)) {
    at.binutils = *std::move(binutils);
  }
  at.has_toolsets = image.package_manager == "dnf" || image.package_manager == "yum";
  at.targets = options.targets;
  at.switches = options.allow;
  return at;
}

} // namespace

fs::path toolchain_lock_path(const Configuration& configuration) {
  return (configuration.folder / kLockFile).lexically_normal();
}

Result<toolchain::Toolchains> toolchains_in(const host::FileSystem& files, const fs::path& folder) {
  toolchain::Toolchains toolchains;
  toolchains.recipes = toolchain::known_recipes();
  WF_TRY(auto own, own_recipes(files, folder / kRecipeFolder));
  toolchains.recipes.insert(toolchains.recipes.end(), own.begin(), own.end());
  toolchains.recipes = toolchain::sorted_recipes(std::move(toolchains.recipes));
  const fs::path lock = (folder / kLockFile).lexically_normal();
  if (files.exists(lock)) {
    WF_TRY(const std::string text, files.read(lock));
    WF_TRY(toolchains.lock, toolchain::parse_lock(text, lock.string()));
  }
  return toolchains;
}

Reported<toolchain::Toolchains> toolchain_sources(const host::FileSystem& files, const Configuration& configuration) {
  auto toolchains = toolchains_in(files, configuration.folder);
  if (!toolchains) {
    return report(toolchains.error());
  }
  toolchains->switches = configuration.matrix.options.accelerator.allow;
  return *std::move(toolchains);
}

tl::expected<plan::PlannedToolchain, std::string>
planned_toolchain(const toolchain::Toolchains& toolchains, const matrix::Cell& cell, const plan::ServedImage& image) {
  const auto chosen = toolchain::choose(toolchains, cell.accelerator, cell.arch);
  if (!chosen) {
    return tl::unexpected(chosen.error());
  }
  const toolchain::Recipe& recipe = *chosen->recipe;
  const toolchain::Fit fit = toolchain::compatible(recipe, circumstances_of(cell, image), toolchains.recipes);
  if (!fit.rejections.empty()) {
    std::string reason = to_string(fit.rejections.front());
    for (std::size_t at = 1; at < fit.rejections.size(); ++at) {
      reason += "; " + to_string(fit.rejections[at]);
    }
    return tl::unexpected(reason);
  }
  const auto* locked = toolchains.lock.find(recipe.name, recipe.version, cell.arch);
  plan::PlannedToolchain planned{std::make_shared<const toolchain::Recipe>(recipe),
                                 chosen->is_locked,
                                 locked != nullptr ? locked->digest() : recipe.digest,
                                 {},
                                 {}};
  const auto kind = toolchain::find_label_kind(cell.options->accelerator.label);
  planned.label = to_string(toolchain::label_of(recipe, kind.value_or(toolchain::LabelKind::none)));
  for (const toolchain::Objection& note : fit.notes) {
    planned.notes.push_back(to_string(note));
  }
  return planned;
}

} // namespace wheelforge::cli
