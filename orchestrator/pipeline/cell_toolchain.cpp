// From a recipe to mounts and variables.
#include "orchestrator/pipeline/cell_toolchain.hpp"

#include "orchestrator/toolchain/compatible.hpp"
#include "orchestrator/toolchain/placement.hpp"

#include <fmt/core.h>

namespace wheelforge::pipeline {
namespace {

constexpr const char* kLibraryPath = "LD_LIBRARY_PATH";

toolchain::Budget budget_of(const RunContext& run, const plan::PlannedCell& planned, int jobs) {
  return {toolchain::targets_of(*planned.toolchain->recipe, planned.cell.options->accelerator.targets), jobs,
          run.engine_table.memory_bytes};
}

Result<std::filesystem::path> prefix_of(const Prefixes& prefixes, const plan::PlannedCell& planned) {
  const auto prefix = prefixes.find(toolchain_key(planned));
  if (prefix == prefixes.end()) {
    return with_hint(fail(ErrorKind::usage, "{} was not fetched", planned.toolchain->recipe->id()),
                     "wheelforge toolchain fetch");
  }
  return prefix->second;
}

engine::Mount read_only(const std::filesystem::path& folder, std::string target) {
  return {engine::Mount::Kind::bind, folder.string(), std::move(target), engine::Mount::Access::read_only, {}};
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
    WF_TRY(const auto prefix, prefix_of(run.toolchains, planned));
    addition.mounts.push_back(read_only(prefix, toolchain::mount_point(recipe)));
  }
  addition.environment = toolchain::variables(recipe, planned.cell.arch, budget_of(run, planned, 1));
  addition.path = toolchain::path_folders(recipe);
  return addition;
}

Result<CellAddition> run_time_addition(const Prefixes& prefixes, const plan::PlannedCell& planned,
                                       const engine::Environment& variables, const engine::Environment& image) {
  CellAddition addition;
  const std::string folder = planned.toolchain ? toolchain::run_time_folder(*planned.toolchain->recipe) : "";
  if (!folder.empty()) {
    WF_TRY(const auto prefix, prefix_of(prefixes, planned));
    const std::string target = toolchain::mount_point(*planned.toolchain->recipe) + "/" + folder;
    addition.mounts.push_back(read_only(prefix / folder, target));
    std::string& path = addition.environment[kLibraryPath];
    path = target;
    for (const engine::Environment* all : {&variables, &image}) {
      const auto there = all->find(kLibraryPath);
      if (there != all->end() && !there->second.empty()) {
        path += ":" + there->second; // an empty one would add the current folder
        break;
      }
    }
  }
  return addition;
}

void put(CellAddition addition, engine::ContainerSpec& spec) {
  spec.mounts.insert(spec.mounts.end(), addition.mounts.begin(), addition.mounts.end());
  addition.environment.merge(spec.environment);
  spec.environment = std::move(addition.environment);
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
