// From a recipe to mounts and variables.
#include "orchestrator/pipeline/cell_toolchain.hpp"

#include "orchestrator/toolchain/compatible.hpp"
#include "orchestrator/toolchain/placement.hpp"

#include <fmt/core.h>

namespace wheelforge::pipeline {
namespace {

toolchain::Budget budget_of(const RunContext& run, const plan::PlannedCell& planned, int jobs) {
  return {toolchain::targets_of(*planned.toolchain->recipe, planned.cell.options->accelerator.targets), jobs,
          run.engine_table.memory_bytes};
}

} // namespace

std::string toolchain_key(const plan::PlannedCell& planned) {
  return fmt::format("{}-{}", planned.toolchain->recipe->id(), tags::to_string(planned.cell.arch));
}

Result<CellAddition> toolchain_addition(const RunContext& run, const plan::PlannedCell& planned) {
  CellAddition addition;
  if (!planned.toolchain) {
    return addition;
  }
  const toolchain::Recipe& recipe = *planned.toolchain->recipe;
  if (!recipe.is_in_image()) {
    const auto prefix = run.toolchains.find(toolchain_key(planned));
    if (prefix == run.toolchains.end()) {
      return with_hint(fail(ErrorKind::usage, "{} was not fetched", recipe.id()), "wheelforge toolchain fetch");
    }
    addition.mounts.push_back({engine::Mount::Kind::bind,
                               prefix->second.string(),
                               toolchain::mount_point(recipe),
                               engine::Mount::Access::read_only,
                               {}});
  }
  addition.environment = toolchain::variables(recipe, planned.cell.arch, budget_of(run, planned, 1));
  addition.path = toolchain::path_folders(recipe);
  return addition;
}

engine::Environment toolchain_jobs(const RunContext& run, const plan::PlannedCell& planned, int jobs) {
  return planned.toolchain ? toolchain::job_variables(*planned.toolchain->recipe, budget_of(run, planned, jobs))
                           : engine::Environment();
}

std::vector<std::string> never_grafted(const plan::PlannedCell& planned) {
  std::vector<std::string> globs;
  if (planned.toolchain) {
    const toolchain::Recipe& recipe = *planned.toolchain->recipe;
    globs = recipe.driver.libraries;
    for (const toolchain::Provider& provider : recipe.providers) {
      globs.insert(globs.end(), provider.sonames.begin(), provider.sonames.end());
    }
  }
  return globs;
}

std::string path_prefix(const std::vector<std::string>& folders) {
  std::string text;
  for (const std::string& folder : folders) {
    text += folder + ":";
  }
  return text;
}

} // namespace wheelforge::pipeline
