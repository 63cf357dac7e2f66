// Fetches what a plan needs.
#include "orchestrator/cli/toolchain_fetch.hpp"

#include "orchestrator/cli/toolchain_sources.hpp"
#include "orchestrator/pipeline/cell_toolchain.hpp"
#include "orchestrator/provision/provision.hpp"

#include <fmt/format.h>

namespace wheelforge::cli {

Result<std::map<std::string, std::filesystem::path>>
fetch_toolchains(host::FileSystem& files, host::ProcessRunner& runner, host::Clock& clock, const plan::Plan& plan,
                 const Configuration& configuration, std::stop_token stop) {
  std::map<std::string, std::filesystem::path> prefixes;
  std::optional<toolchain::Toolchains> toolchains;
  const provision::Doors doors{files, runner, clock, host::user_cache_folder(),
                               [](const std::string& line) { fmt::print(stderr, "{}\n", line); }};
  for (const plan::PlannedCell& one : plan.cells) {
    if (!one.is_in() || !one.toolchain || one.toolchain->recipe->is_in_image()) {
      continue;
    }
    const std::string key = pipeline::toolchain_key(one);
    if (prefixes.count(key) != 0) {
      continue;
    }
    if (!toolchains) {
      WF_TRY(toolchains, toolchains_in(files, configuration.folder));
    }
    const toolchain::Recipe& recipe = *one.toolchain->recipe;
    const auto* locked = toolchains->lock.find(recipe.name, recipe.version, one.cell.arch);
    if (locked == nullptr) {
      return with_hint(
          fail(ErrorKind::usage, "the cell {} needs {}, which is not locked", one.cell.id.text, recipe.id()),
          "wheelforge toolchain lock pins its files in toolchains.lock");
    }
    WF_TRY(prefixes[key], provision::fetch_toolchain(doors, recipe, *locked, stop));
  }
  return prefixes;
}

} // namespace wheelforge::cli
