// `wheelforge toolchain`: accelerator toolchains as recipes, locks and prefixes in the cache.
#include "orchestrator/cli/command.hpp"
#include "orchestrator/cli/exit_code.hpp"
#include "orchestrator/cli/toolchain_sources.hpp"
#include "orchestrator/host/machine.hpp"
#include "orchestrator/host/signals.hpp"
#include "orchestrator/provision/provision.hpp"
#include "orchestrator/toolchain/compatible.hpp"
#include "orchestrator/toolchain/placement.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>
#include <set>

namespace wheelforge::cli {
namespace {

using Json = nlohmann::ordered_json;
using tags::Architecture;
using toolchain::Recipe;
using toolchain::Toolchains;

struct ToolchainRequest {
  std::string folder = ".";
  std::string config;
  std::vector<std::string> names;
  std::vector<std::string> arches;
  std::vector<std::string> allow;
  bool update = false;
  bool json = false;
};

/// What the subcommands work on: recipes and lock, and what the matrix asks for where there is one.
struct Workplace {
  Toolchains toolchains;
  std::filesystem::path lock_path;
  std::vector<std::string> wanted;  ///< of the command line, else of the matrix
  std::vector<Architecture> arches; ///< of the command line, else of the matrix, else this machine's
};

std::vector<Architecture> native_only() {
  const auto native = tags::find_architecture(host::machine_architecture());
  return {native.value_or(Architecture::x86_64)};
}

bool has_matrix(const host::FileSystem& files, const ToolchainRequest& request) {
  const std::filesystem::path folder = request.folder;
  return !request.config.empty() || files.exists(folder / "wheelforge.toml") || files.exists(folder / "pyproject.toml");
}

void add_matrix(const Configuration& configuration, Workplace& place) {
  const auto add_axes = [&](const matrix::AxisSet& axes) {
    for (const auto& accelerator : axes.accelerator) {
      const auto& name = accelerator.value;
      if (name != "cpu" && std::find(place.wanted.begin(), place.wanted.end(), name) == place.wanted.end()) {
        place.wanted.push_back(name);
      }
    }
    for (const auto& arch : axes.arch) {
      const auto known = tags::find_architecture(arch.value);
      const Architecture one = known.value_or(native_only().front());
      if (std::find(place.arches.begin(), place.arches.end(), one) == place.arches.end()) {
        place.arches.push_back(one);
      }
    }
  };
  add_axes(configuration.matrix.axes);
  for (const auto& include : configuration.matrix.include) {
    add_axes(include.value);
  }
}

Reported<Workplace> open_workplace(const ToolchainRequest& request, const host::FileSystem& files) {
  Workplace place;
  place.wanted = request.names;
  for (const std::string& name : request.arches) {
    const auto arch = tags::parse_architecture(name);
    if (!arch) {
      return report(arch.error());
    }
    place.arches.push_back(*arch);
  }
  if (has_matrix(files, request)) {
    ConfigurationChoice choice{request.folder, std::nullopt};
    if (!request.config.empty()) {
      choice.file = request.config;
    }
    const auto configuration = load_configuration(files, choice);
    if (!configuration) {
      return tl::unexpected(configuration.error());
    }
    auto toolchains = toolchain_sources(files, *configuration);
    if (!toolchains) {
      return tl::unexpected(toolchains.error());
    }
    place.toolchains = *std::move(toolchains);
    place.lock_path = toolchain_lock_path(*configuration);
    Workplace of_matrix;
    add_matrix(*configuration, of_matrix);
    place.wanted = place.wanted.empty() ? of_matrix.wanted : place.wanted;
    place.arches = place.arches.empty() ? of_matrix.arches : place.arches;
  } else {
    auto toolchains = toolchains_in(files, request.folder);
    if (!toolchains) {
      return report(toolchains.error());
    }
    place.toolchains = *std::move(toolchains);
    place.lock_path = std::filesystem::path(request.folder) / "toolchains.lock";
  }
  if (place.arches.empty()) {
    place.arches = native_only();
  }
  place.toolchains.switches.insert(place.toolchains.switches.end(), request.allow.begin(), request.allow.end());
  return place;
}

/// The doors, opened for one command.
struct Outside {
  std::unique_ptr<host::FileSystem> files = host::make_file_system();
  std::unique_ptr<host::ProcessRunner> runner = host::make_process_runner();
  std::unique_ptr<host::Clock> clock = host::make_clock();

  [[nodiscard]] provision::Doors doors() const {
    return {*files, *runner, *clock, host::user_cache_folder(),
            [](const std::string& line) { fmt::print(stderr, "{}\n", line); }};
  }
};

Error nothing_named() {
  return Error{"no toolchain is named, and no matrix asks for one", ErrorKind::usage,
               "name one, such as cuda-13; wheelforge toolchain list shows the recipes"};
}

/// Each wanted toolchain once an architecture, resolved; an architecture that a recipe does not serve is left out, but
/// one has to remain.
Result<std::vector<std::pair<const Recipe*, Architecture>>> resolve_wanted(const Workplace& place,
                                                                           const Toolchains& among) {
  if (place.wanted.empty()) {
    return tl::unexpected(nothing_named());
  }
  std::vector<std::pair<const Recipe*, Architecture>> found;
  for (const std::string& name : place.wanted) {
    bool any = false;
    for (const Architecture arch : place.arches) {
      const auto chosen = toolchain::choose(among, name, arch);
      if (!chosen) {
        return fail(ErrorKind::usage, "{}", chosen.error());
      }
      const Recipe& recipe = *chosen->recipe;
      if (!recipe.serves(arch)) {
        continue;
      }
      any = true;
      const bool is_allowed = recipe.needs_switch.empty() || std::find(among.switches.begin(), among.switches.end(),
                                                                       recipe.needs_switch) != among.switches.end();
      if (!is_allowed) {
        return with_hint(fail(ErrorKind::usage, "{} comes from {} packages, which are not allowed", recipe.title,
                              recipe.needs_switch),
                         fmt::format("say --allow {0}, or set [accelerator] allow = [\"{0}\"]", recipe.needs_switch));
      }
      found.emplace_back(&recipe, arch);
    }
    if (!any) {
      return fail(ErrorKind::usage, "no recipe of {} serves {}", name, tags::to_string(place.arches.front()));
    }
  }
  return found;
}

Result<int> run_lock(const ToolchainRequest& request, Workplace& place, const Outside& outside,
                     const std::stop_token& stop) {
  Toolchains among = place.toolchains;
  if (request.update) {
    among.lock = {};
  }
  WF_TRY(const auto wanted, resolve_wanted(place, among));
  toolchain::ToolchainLock lock = place.toolchains.lock;
  const provision::Doors doors = outside.doors();
  for (const auto& [recipe, arch] : wanted) {
    const toolchain::LockedToolchain* before = lock.find(recipe->name, recipe->version, arch);
    if (before != nullptr && !request.update && before->recipe == recipe->digest) {
      fmt::print("{} {}: locked already\n", recipe->id(), tags::to_string(arch));
      continue;
    }
    WF_TRY(auto locked, provision::lock_toolchain(doors, *recipe, arch, stop));
    fmt::print("{} {}: {} files, {} to download\n", recipe->id(), tags::to_string(arch), locked.parts.size(),
               provision::megabytes(locked.download_bytes()));
    lock.put(std::move(locked));
  }
  WF_TRY_VOID(outside.files->write_atomically(place.lock_path, toolchain::print_lock(lock)));
  return 0;
}

Result<int> run_fetch(const Workplace& place, const Outside& outside, const std::stop_token& stop) {
  WF_TRY(const auto wanted, resolve_wanted(place, place.toolchains));
  const provision::Doors doors = outside.doors();
  for (const auto& [recipe, arch] : wanted) {
    if (recipe->is_in_image()) {
      fmt::print("{}: the image has it in {}\n", recipe->id(), recipe->parts.front().path);
      continue;
    }
    const toolchain::LockedToolchain* locked = place.toolchains.lock.find(recipe->name, recipe->version, arch);
    if (locked == nullptr) {
      return with_hint(fail(ErrorKind::usage, "{} is not locked for {}", recipe->id(), tags::to_string(arch)),
                       fmt::format("wheelforge toolchain lock {}", recipe->id()));
    }
    WF_TRY(const auto path, provision::fetch_toolchain(doors, *recipe, *locked, stop));
    fmt::print("{}\n", path.string());
  }
  return 0;
}

/// "pypi", "deb + pypi": what a recipe's parts are.
std::string kinds_of(const Recipe& recipe) {
  std::set<std::string> kinds;
  for (const toolchain::Part& part : recipe.parts) {
    kinds.insert(std::string(to_string(part.kind)) + (part.suite.empty() ? "" : " " + part.suite));
  }
  return fmt::format("{}", fmt::join(kinds, " + "));
}

std::string state_of(const Recipe& recipe, const Workplace& place, const Outside& outside) {
  std::string state = recipe.is_in_image() ? "in image" : "";
  for (const Architecture arch : recipe.arches) {
    if (const auto* locked = place.toolchains.lock.find(recipe.name, recipe.version, arch)) {
      const bool is_here = !recipe.is_in_image() && provision::is_fetched(outside.doors(), *locked);
      state += fmt::format("{}{} {}", state.empty() ? "" : ", ", is_here ? "fetched" : "locked", tags::to_string(arch));
    }
  }
  return state;
}

Json recipe_json(const Recipe& recipe, const Workplace& place, const Outside& outside) {
  Json arches = Json::array();
  for (const Architecture arch : recipe.arches) {
    arches.push_back(tags::to_string(arch));
  }
  Json locks = Json::array();
  for (const toolchain::LockedToolchain& locked : place.toolchains.lock.toolchains) {
    if (locked.name == recipe.name && locked.version == recipe.version) {
      const bool is_here = provision::is_fetched(outside.doors(), locked);
      locks.push_back(
          {{"arch", tags::to_string(locked.arch)},
           {"files", locked.parts.size()},
           {"download_bytes", locked.download_bytes()},
           {"prefix", is_here ? Json(provision::prefix_path(outside.doors().cache, locked).string()) : Json(nullptr)}});
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

Result<int> run_list(const ToolchainRequest& request, const Workplace& place, const Outside& outside) {
  Json all = Json::array();
  std::string text =
      fmt::format("{:<12} {:<18} {:<26} {:<8} {}\n", "TOOLCHAIN", "ARCHITECTURES", "FROM", "GCC", "STATE");
  for (const Recipe& recipe : place.toolchains.recipes) {
    if (!request.names.empty() &&
        std::none_of(request.names.begin(), request.names.end(), [&](const std::string& name) {
          const toolchain::Wanted wanted = toolchain::parse_wanted(name);
          return wanted.name == recipe.name && recipe.version.begins_with(wanted.version);
        })) {
      continue;
    }
    all.push_back(recipe_json(recipe, place, outside));
    std::vector<std::string_view> arches;
    for (const Architecture arch : recipe.arches) {
      arches.push_back(tags::to_string(arch));
    }
    const std::string gcc = recipe.compiler.gcc_max ? fmt::format("≤ {}", *recipe.compiler.gcc_max) : "any";
    text += fmt::format("{:<12} {:<18} {:<26} {:<8} {}{}\n", recipe.id(), fmt::format("{}", fmt::join(arches, " ")),
                        kinds_of(recipe), gcc, state_of(recipe, place, outside),
                        recipe.needs_switch.empty() ? "" : fmt::format(" (--allow {})", recipe.needs_switch));
  }
  fmt::print("{}", request.json ? Json{{"schema", 1}, {"toolchains", all}}.dump() + "\n" : text);
  return 0;
}

/// "gcc 9 to 13", "gcc ≤ 13", "gcc ≥ 9", "any gcc".
std::string gcc_of(const toolchain::CompilerLimits& limits) {
  const auto& [least, most] = std::pair(limits.gcc_min, limits.gcc_max);
  return least && most ? fmt::format("gcc {} to {}", *least, *most)
         : most        ? fmt::format("gcc ≤ {}", *most)
         : least       ? fmt::format("gcc ≥ {}", *least)
                       : std::string("any gcc");
}

std::string shown(const Recipe& recipe, const Workplace& place, const Outside& outside) {
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
    const auto* locked = place.toolchains.lock.find(recipe.name, recipe.version, arch);
    if (locked == nullptr) {
      continue;
    }
    const bool is_here = provision::is_fetched(outside.doors(), *locked);
    text +=
        fmt::format("  locked for {}: {} files, {} to download{}\n", tags::to_string(arch), locked->parts.size(),
                    provision::megabytes(locked->download_bytes()),
                    is_here ? ", fetched to " + provision::prefix_path(outside.doors().cache, *locked).string() : "");
    for (const toolchain::LockedPart& part : locked->parts) {
      text += fmt::format("    {} {} {} sha256:{}\n", part.name, part.version, provision::megabytes(part.size_bytes),
                          part.sha256);
    }
  }
  return text;
}

Result<int> run_show(const ToolchainRequest& request, const Workplace& place, const Outside& outside) {
  Json all = Json::array();
  for (const std::string& name : request.names) {
    const auto chosen = toolchain::choose(place.toolchains, name, place.arches.front());
    if (!chosen) {
      return fail(ErrorKind::usage, "{}", chosen.error());
    }
    if (request.json) {
      all.push_back(recipe_json(*chosen->recipe, place, outside));
    } else {
      fmt::print("{}", shown(*chosen->recipe, place, outside));
    }
  }
  if (request.json) {
    fmt::print("{}\n", Json{{"schema", 1}, {"toolchains", all}}.dump());
  }
  return 0;
}

enum class Verb { list, lock, fetch, show };

int run_toolchain(const ToolchainRequest& request, Verb verb) {
  host::SignalWatch signals;
  const Outside outside;
  auto place = open_workplace(request, *outside.files);
  if (!place) {
    return static_cast<int>(place.error());
  }
  const auto ran = verb == Verb::list    ? run_list(request, *place, outside)
                   : verb == Verb::lock  ? run_lock(request, *place, outside, signals.token())
                   : verb == Verb::fetch ? run_fetch(*place, outside, signals.token())
                                         : run_show(request, *place, outside);
  return ran ? *ran : report_error(ran.error());
}

CLI::App* add_verb(CLI::App& parent, Invocation& invocation, const std::shared_ptr<ToolchainRequest>& request,
                   const char* name, Verb verb, const char* summary) {
  CLI::App* command = parent.add_subcommand(name, summary);
  command->add_option("TOOLCHAIN", request->names, "such as cuda-13, cuda-13.5 or mkl")->required(verb == Verb::show);
  command->add_option("--project", request->folder, "the project's folder")->capture_default_str();
  command->add_option("--config", request->config, "a matrix file other than the project's own");
  command->callback(
      [request, verb, &invocation] { invocation.run = [request, verb] { return run_toolchain(*request, verb); }; });
  return command;
}

} // namespace

void add_toolchain_command(CLI::App& app, Invocation& invocation) {
  auto request = std::make_shared<ToolchainRequest>();
  CLI::App* command = app.add_subcommand("toolchain", "accelerator toolchains: recipes, locks, prefixes in the cache");
  command->require_subcommand(1);
  const auto add_arch = [&](CLI::App* verb) {
    verb->add_option("--arch", request->arches, "architectures [the matrix's, or this machine's]")
        ->allow_extra_args(false);
    verb->add_option("--allow", request->allow, "sources that must be allowed, such as non-free")
        ->allow_extra_args(false);
  };
  CLI::App* list =
      add_verb(*command, invocation, request, "list", Verb::list, "every recipe: what it takes, its state");
  list->add_flag("--json", request->json, "print JSON");
  CLI::App* lock = add_verb(*command, invocation, request, "lock", Verb::lock,
                            "pin the matrix's toolchains, file by file and with hashes, in toolchains.lock");
  lock->add_flag("--update", request->update, "take the newest again instead of what is locked");
  add_arch(lock);
  CLI::App* fetch = add_verb(*command, invocation, request, "fetch", Verb::fetch,
                             "download what is locked and unpack it once into the cache");
  add_arch(fetch);
  CLI::App* show = add_verb(*command, invocation, request, "show", Verb::show, "everything about a toolchain");
  show->add_flag("--json", request->json, "print JSON");
  add_arch(show);
}

} // namespace wheelforge::cli
