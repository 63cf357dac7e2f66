// Renders toolchains.
#include "orchestrator/cli/toolchain_text.hpp"

#include "orchestrator/toolchain/compatible.hpp"
#include "orchestrator/toolchain/placement.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <optional>
#include <set>
#include <string_view>

namespace wheelforge::cli {
namespace {

using Json = nlohmann::ordered_json;
using tags::Architecture;
using toolchain::Recipe;
using toolchain::ToolchainLock;

/// "pypi", "deb + pypi": what a recipe's parts are.
std::string kinds_of(const Recipe& recipe) {
  std::set<std::string> kinds;
  for (const toolchain::Part& part : recipe.parts) {
    kinds.insert(std::string(to_string(part.kind)) + (part.suite.empty() ? "" : " " + part.suite));
  }
  return fmt::format("{}", fmt::join(kinds, " + "));
}

std::string state_of(const Recipe& recipe, const ToolchainLock& lock, const provision::Doors& doors) {
  std::string state = recipe.is_in_image() ? "in image" : "";
  for (const Architecture arch : recipe.arches) {
    if (const auto* locked = lock.find(recipe.name, recipe.version, arch)) {
      const bool is_here = !recipe.is_in_image() && provision::is_fetched(doors, *locked);
      state += fmt::format("{}{} {}", state.empty() ? "" : ", ", is_here ? "fetched" : "locked", tags::to_string(arch));
    }
  }
  return state;
}

Json recipe_json(const Recipe& recipe, const ToolchainLock& lock, const provision::Doors& doors) {
  Json arches = Json::array();
  for (const Architecture arch : recipe.arches) {
    arches.push_back(tags::to_string(arch));
  }
  Json locks = Json::array();
  for (const toolchain::LockedToolchain& locked : lock.toolchains) {
    if (locked.name == recipe.name && locked.version == recipe.version) {
      const bool is_here = provision::is_fetched(doors, locked);
      locks.push_back(
          {{"arch", tags::to_string(locked.arch)},
           {"files", locked.parts.size()},
           {"download_bytes", locked.download_bytes()},
           {"prefix", is_here ? Json(provision::prefix_path(doors.cache, locked).string()) : Json(nullptr)}});
    }
  }
  const auto number = [](std::optional<int> value) { return value ? Json(*value) : Json(nullptr); };
  Json providers = Json::array();
  for (const toolchain::Provider& provider : recipe.providers) {
    providers.push_back({{"distribution", provider.distribution},
                         {"sonames", provider.sonames},
                         {"folder", provider.folder},
                         {"glibc", fmt::format("{}.{}", provider.floor().major, provider.floor().minor)}});
  }
  return {{"id", recipe.id()},
          {"title", recipe.title},
          {"summary", recipe.summary},
          {"arches", arches},
          {"from", kinds_of(recipe)},
          {"needs_switch", recipe.needs_switch.empty() ? Json(nullptr) : Json(recipe.needs_switch)},
          {"gcc_min", number(recipe.compiler.gcc_min)},
          {"gcc_max", number(recipe.compiler.gcc_max)},
          {"clang_max", number(recipe.compiler.clang_max)},
          {"glibc", fmt::format("{}.{}", recipe.glibc.major, recipe.glibc.minor)},
          {"targets", recipe.targets.known},
          {"driver_minimum", recipe.driver.minimum.empty() ? Json(nullptr) : Json(recipe.driver.minimum)},
          {"never_bundled", recipe.driver.libraries},
          {"run_time", recipe.driver.run_time.empty() ? Json(nullptr) : Json(recipe.driver.run_time)},
          {"providers", providers},
          {"locked", locks}};
}

/// "gcc 9 to 13", "gcc ≤ 13", "gcc ≥ 9", "any gcc".
std::string gcc_of(const toolchain::CompilerLimits& limits) {
  const auto& [least, most] = std::pair(limits.gcc_min, limits.gcc_max);
  return least && most ? fmt::format("gcc {} to {}", *least, *most)
         : most        ? fmt::format("gcc ≤ {}", *most)
         : least       ? fmt::format("gcc ≥ {}", *least)
                       : std::string("any gcc");
}

} // namespace

std::string render_toolchains(const std::vector<const Recipe*>& recipes, const ToolchainLock& lock,
                              const provision::Doors& doors) {
  std::string text =
      fmt::format("{:<12} {:<18} {:<26} {:<8} {}\n", "TOOLCHAIN", "ARCHITECTURES", "FROM", "GCC", "STATE");
  for (const Recipe* recipe : recipes) {
    std::vector<std::string_view> arches;
    for (const Architecture arch : recipe->arches) {
      arches.push_back(tags::to_string(arch));
    }
    const std::string gcc = recipe->compiler.gcc_max ? fmt::format("≤ {}", *recipe->compiler.gcc_max) : "any";
    text += fmt::format("{:<12} {:<18} {:<26} {:<8} {}{}\n", recipe->id(), fmt::format("{}", fmt::join(arches, " ")),
                        kinds_of(*recipe), gcc, state_of(*recipe, lock, doors),
                        recipe->needs_switch.empty() ? "" : fmt::format(" (--allow {})", recipe->needs_switch));
  }
  return text;
}

std::string render_toolchain(const Recipe& recipe, const ToolchainLock& lock, const provision::Doors& doors) {
  const auto or_none = [](const std::string& text) { return text.empty() ? std::string("none") : text; };
  std::string text = fmt::format("{}: {}\n  {}\n", recipe.id(), recipe.title, recipe.summary);
  text += fmt::format("  from: {}\n", kinds_of(recipe));
  text += fmt::format("  compiler: {} ({})\n", gcc_of(recipe.compiler), or_none(recipe.compiler.source));
  text += fmt::format("  glibc: {}.{} for its programs\n", recipe.glibc.major, recipe.glibc.minor);
  text += fmt::format("  targets: {}\n", or_none(fmt::format("{}", fmt::join(recipe.targets.known, " "))));
  text += fmt::format("  driver: {}\n", recipe.driver.minimum.empty() ? "none" : "≥ " + recipe.driver.minimum);
  text += fmt::format("  never bundled: {}\n", or_none(fmt::format("{}", fmt::join(recipe.driver.libraries, " "))));
  if (!recipe.driver.run_time.empty()) {
    text += fmt::format("  in test containers: {}\n", toolchain::run_time_folder(recipe));
  }
  text += fmt::format("  prefix in containers: {}\n", toolchain::prefix_in_container(recipe));
  const toolchain::Budget budget{toolchain::targets_of(recipe, {}), 1, std::nullopt};
  for (const auto& [name, value] : toolchain::variables(recipe, recipe.arches.front(), budget)) {
    text += fmt::format("    {}={}\n", name, value);
  }
  for (const toolchain::Provider& provider : recipe.providers) {
    text += fmt::format("  provider {}: {} (glibc {}.{})\n", provider.distribution, fmt::join(provider.sonames, " "),
                        provider.floor().major, provider.floor().minor);
  }
  for (const Architecture arch : recipe.arches) {
    const auto* locked = lock.find(recipe.name, recipe.version, arch);
    if (locked == nullptr) {
      continue;
    }
    const bool is_here = provision::is_fetched(doors, *locked);
    text += fmt::format("  locked for {}: {} files, {} to download{}\n", tags::to_string(arch), locked->parts.size(),
                        provision::megabytes(locked->download_bytes()),
                        is_here ? ", fetched to " + provision::prefix_path(doors.cache, *locked).string() : "");
    for (const toolchain::LockedPart& part : locked->parts) {
      text += fmt::format("    {} {} {} sha256:{}\n", part.name, part.version, provision::megabytes(part.size_bytes),
                          part.sha256);
    }
  }
  return text;
}

std::string toolchains_json(const std::vector<const Recipe*>& recipes, const ToolchainLock& lock,
                            const provision::Doors& doors) {
  Json all = Json::array();
  for (const Recipe* recipe : recipes) {
    all.push_back(recipe_json(*recipe, lock, doors));
  }
  return Json{{"schema", 1}, {"toolchains", all}}.dump() + "\n";
}

} // namespace wheelforge::cli
