// `wheelforge toolchain`: accelerator toolchains as recipes, locks and prefixes in the cache.
#include "orchestrator/cli/command.hpp"
#include "orchestrator/cli/exit_code.hpp"
#include "orchestrator/cli/toolchain_sources.hpp"
#include "orchestrator/cli/toolchain_text.hpp"
#include "orchestrator/host/machine.hpp"
#include "orchestrator/host/signals.hpp"
#include "orchestrator/provision/provision.hpp"
#include "orchestrator/toolchain/choose.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <memory>

namespace wheelforge::cli {
namespace {

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

/// Whether one of the names, such as cuda or cuda-13, stands for the recipe.
bool is_named(const Recipe& recipe, const std::vector<std::string>& names) {
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
    const toolchain::Wanted wanted = toolchain::parse_wanted(name);
    return wanted.name == recipe.name && recipe.version.begins_with(wanted.version);
  });
}

Result<int> run_list(const ToolchainRequest& request, const Workplace& place, const Outside& outside) {
  std::vector<const Recipe*> recipes;
  for (const Recipe& recipe : place.toolchains.recipes) {
    if (request.names.empty() || is_named(recipe, request.names)) {
      recipes.push_back(&recipe);
    }
  }
  const toolchain::ToolchainLock& lock = place.toolchains.lock;
  const provision::Doors doors = outside.doors();
  fmt::print("{}", request.json ? toolchains_json(recipes, lock, doors) : render_toolchains(recipes, lock, doors));
  return 0;
}

Result<int> run_show(const ToolchainRequest& request, const Workplace& place, const Outside& outside) {
  std::vector<const Recipe*> recipes;
  for (const std::string& name : request.names) {
    const auto chosen = toolchain::choose(place.toolchains, name, place.arches.front());
    if (!chosen) {
      return fail(ErrorKind::usage, "{}", chosen.error());
    }
    if (request.json) {
      recipes.push_back(chosen->recipe);
    } else {
      fmt::print("{}", render_toolchain(*chosen->recipe, place.toolchains.lock, outside.doors()));
    }
  }
  if (request.json) {
    fmt::print("{}", toolchains_json(recipes, place.toolchains.lock, outside.doors()));
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
