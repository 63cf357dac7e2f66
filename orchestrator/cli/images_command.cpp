// `wheelforge images`: the catalogue, pulling, pinning, making, saving and loading of build images.
#include "orchestrator/cli/command.hpp"
#include "orchestrator/cli/engine_choice.hpp"
#include "orchestrator/cli/exit_code.hpp"
#include "orchestrator/cli/image_sources.hpp"
#include "orchestrator/cli/images_build.hpp"
#include "orchestrator/cli/images_list.hpp"
#include "orchestrator/cli/images_lock.hpp"
#include "orchestrator/cli/planning.hpp"
#include "orchestrator/engine/registry.hpp"
#include "orchestrator/host/clock.hpp"
#include "orchestrator/host/machine.hpp"
#include "orchestrator/host/signals.hpp"
#include "orchestrator/pipeline/image_store.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <memory>

namespace wheelforge::cli {
namespace {

/// The words of the command line.
struct ImagesOptions {
  ConfigurationChoice configuration;
  std::vector<std::string> names; ///< platform tags, references or recipes
  std::filesystem::path file;
  std::string engine;
  std::string arch;
  bool json = false;
  bool check = false;
  bool update = false;
  bool fresh = false;
};

/// What stays open while a command runs.
struct Doors {
  host::SignalWatch signals; // before any thread, so that all of them leave signals to it
  std::unique_ptr<host::FileSystem> files = host::make_file_system();
  std::unique_ptr<host::Clock> clock = host::make_clock();
  std::unique_ptr<host::ProcessRunner> runner = host::make_process_runner();
};

/// The project's configuration, and what decides about its images.
struct Project {
  Configuration configuration;
  image::ImageSources sources;
};

Reported<Project> load_project(const ImagesOptions& options, const host::FileSystem& files) {
  auto configuration = load_configuration(files, options.configuration);
  if (!configuration) {
    return tl::unexpected(configuration.error());
  }
  auto sources = load_image_sources(files, *configuration);
  if (!sources) {
    return tl::unexpected(sources.error());
  }
  return Project{*std::move(configuration), *std::move(sources)};
}

/// The platforms that the project's cells are built for, each once, in the order of the plan.
Reported<std::vector<std::string>> planned_platforms(const host::FileSystem& files,
                                                     const Configuration& configuration) {
  const auto plan = plan_cells(files, configuration, {});
  if (!plan) {
    return tl::unexpected(plan.error());
  }
  std::vector<std::string> platforms;
  for (const plan::PlannedCell& cell : plan->cells) {
    if (cell.is_in() && std::find(platforms.begin(), platforms.end(), cell.cell.platform.text) == platforms.end()) {
      platforms.push_back(cell.cell.platform.text);
    }
  }
  return platforms;
}

/// A platform tag or an image's reference, as an image.
Result<image::ImageChoice> choice_of(const image::ImageSources& sources, const std::string& name) {
  if (name.find_first_of("/:@") != std::string::npos) {
    WF_TRY(const image::ImageRef ref, image::parse_image_ref(name));
    WF_TRY(const image::ImageRef mirrored, image::through_mirror(ref, sources.mirror));
    const auto origin = image::is_local(ref) ? image::Origin::built_here : image::Origin::registry;
    return image::ImageChoice{mirrored, ref.name(), origin, {}, {}, {}, {}, {}};
  }
  WF_TRY(const auto platform, tags::parse_platform_tag(name));
  auto choice = image::image_for(sources, platform);
  if (!choice) {
    return fail(ErrorKind::usage, "{}", choice.error());
  }
  return *std::move(choice);
}

/// The images that the command line names, else those of the project's plan; each once.
Reported<std::vector<image::ImageChoice>> choose(const host::FileSystem& files, const ImagesOptions& options,
                                                 const Project& project) {
  std::vector<std::string> names = options.names;
  if (names.empty()) {
    auto platforms = planned_platforms(files, project.configuration);
    if (!platforms) {
      return tl::unexpected(platforms.error());
    }
    names = *std::move(platforms);
  }
  std::vector<image::ImageChoice> choices;
  for (const std::string& name : names) {
    auto choice = choice_of(project.sources, name);
    if (!choice) {
      return report(choice.error());
    }
    if (std::find(choices.begin(), choices.end(), *choice) == choices.end()) {
      choices.push_back(*std::move(choice));
    }
  }
  return choices;
}

Result<std::unique_ptr<engine::ContainerEngine>> open_engine(const ImagesOptions& options, const Project& project,
                                                             Doors& doors) {
  const std::string& name = options.engine.empty() ? project.configuration.matrix.engine.name : options.engine;
  return engine::detect_engine(*doors.runner, *doors.clock, engine_choice(name));
}

void show_progress(host::Stream, std::string_view bytes) { (void)std::fwrite(bytes.data(), 1, bytes.size(), stderr); }

int run_list(const ImagesOptions& options) {
  const image::ImageCatalog& catalog = image::known_catalog();
  fmt::print("{}", options.json ? catalog_json(catalog) : render_catalog(catalog));
  return static_cast<int>(ExitCode::ok);
}

int run_pull(const ImagesOptions& options) {
  Doors doors;
  const auto project = load_project(options, *doors.files);
  if (!project) {
    return static_cast<int>(project.error());
  }
  const auto choices = choose(*doors.files, options, *project);
  if (!choices) {
    return static_cast<int>(choices.error());
  }
  const auto engine = open_engine(options, *project, doors);
  if (!engine) {
    return report_error(engine.error());
  }
  pipeline::ImageStore store(**engine);
  for (const image::ImageChoice& choice : *choices) {
    image::ImageRef by_tag = choice.ref;
    by_tag.digest.clear();
    const auto ready = store.ensure(to_string(by_tag), choice.ref.digest, show_progress, doors.signals.token());
    if (!ready) {
      return report_error(ready.error());
    }
    fmt::print("{}\n", to_string(choice.ref));
  }
  return static_cast<int>(ExitCode::ok);
}

int report_checks(const std::vector<PinCheck>& checks) {
  bool has_vanished = false;
  for (const PinCheck& check : checks) {
    fmt::print("{:<8}  {}:{}@{}\n", to_string(check.state), check.image.name, check.image.tag, check.image.digest);
    if (check.state == PinState::moved) {
      fmt::print(stderr, "wheelforge: warning: the tag {} of {} is {} now; the pinned digest is still there\n",
                 check.image.tag, check.image.name, check.digest_now);
    } else if (check.state == PinState::untagged) {
      fmt::print(stderr, "wheelforge: warning: the tag {} of {} is gone, and its digest may follow\n", check.image.tag,
                 check.image.name);
    } else if (check.state == PinState::vanished) {
      has_vanished = true;
      fmt::print(stderr, "wheelforge: error: {}@{} is gone from its registry\n", check.image.name, check.image.digest);
    }
  }
  if (has_vanished) {
    fmt::print(stderr,
               "  hint: pin what is there with `wheelforge images lock --update`, or load a copy that was saved\n");
  }
  return static_cast<int>(has_vanished ? ExitCode::build_failed : ExitCode::ok);
}

int run_lock(const ImagesOptions& options) {
  Doors doors;
  const auto project = load_project(options, *doors.files);
  if (!project) {
    return static_cast<int>(project.error());
  }
  engine::Registry registry(*doors.runner);
  if (options.check) {
    const auto checks = check_pins(registry, project->sources, doors.signals.token());
    return checks ? report_checks(*checks) : report_error(checks.error());
  }
  const auto choices = choose(*doors.files, options, *project);
  if (!choices) {
    return static_cast<int>(choices.error());
  }
  const auto lock = pin_images(registry, project->sources, *choices,
                               options.update ? LockUpdate::all : LockUpdate::missing, doors.signals.token());
  if (!lock) {
    return report_error(lock.error());
  }
  const std::filesystem::path path = lock_path(project->configuration);
  if (*lock != project->sources.lock || !doors.files->exists(path)) {
    if (const auto written = doors.files->write_atomically(path, image::print_lock(*lock)); !written) {
      return report_error(written.error());
    }
  }
  for (const image::LockedImage& locked : lock->images) {
    fmt::print("{}:{}@{}\n", locked.name, locked.tag, locked.digest);
  }
  return static_cast<int>(ExitCode::ok);
}

int run_build(const ImagesOptions& options) {
  Doors doors;
  ImageBuild build;
  build.arch = options.arch.empty() ? host::machine_architecture() : options.arch == "armhfp" ? "armv7l" : options.arch;
  build.engine = options.engine.empty() ? "auto" : options.engine;
  build.output = options.file;
  build.fresh = options.fresh;
  const auto arch = tags::parse_architecture(build.arch);
  if (!arch) {
    return report_error(arch.error());
  }
  if (!options.file.empty() && options.names.size() != 1) {
    return report_error({"--output takes one image, several are named", ErrorKind::usage, {}});
  }
  for (const std::string& name : options.names) {
    if (const auto known = image::built_image(image::known_catalog(), name, *arch); !known) {
      return report_error(known.error());
    }
  }
  for (const std::string& name : options.names) {
    build.recipe = name;
    const auto reference = build_image(build, *doors.files, *doors.runner, doors.signals.token());
    if (!reference) {
      return report_error(reference.error());
    }
    fmt::print("{}\n", *reference);
  }
  return static_cast<int>(ExitCode::ok);
}

/// The name under which an image can be saved and found again.
Result<std::string> saved_name(engine::ContainerEngine& engine, const image::ImageChoice& choice) {
  if (choice.ref.digest.empty()) {
    WF_TRY_VOID(engine.inspect_image(to_string(choice.ref)));
    return to_string(choice.ref);
  }
  const std::string kept = to_string(image::kept_copy(choice.ref));
  if (!engine.inspect_image(kept)) {
    WF_TRY_VOID(engine.inspect_image(choice.ref.pull_name()));
    WF_TRY_VOID(engine.tag_image(choice.ref.pull_name(), kept));
  }
  return kept;
}

int run_save(const ImagesOptions& options) {
  Doors doors;
  const auto project = load_project(options, *doors.files);
  if (!project) {
    return static_cast<int>(project.error());
  }
  const auto choices = choose(*doors.files, options, *project);
  if (!choices) {
    return static_cast<int>(choices.error());
  }
  const auto engine = open_engine(options, *project, doors);
  if (!engine) {
    return report_error(engine.error());
  }
  std::vector<std::string> names;
  for (const image::ImageChoice& choice : *choices) {
    const auto name = saved_name(**engine, choice);
    if (!name) {
      Error error = name.error();
      error.hint = choice.origin == image::Origin::built_here ? "make it first: wheelforge images build"
                                                              : "pull it first: wheelforge images pull";
      return report_error(error);
    }
    names.push_back(*name);
  }
  if (const auto saved = (*engine)->save_images(names, options.file, doors.signals.token()); !saved) {
    return report_error(saved.error());
  }
  fmt::print("{}\n", fmt::join(names, "\n"));
  return static_cast<int>(ExitCode::ok);
}

int run_load(const ImagesOptions& options) {
  Doors doors;
  const auto engine = engine::detect_engine(*doors.runner, *doors.clock, engine_choice(options.engine));
  if (!engine) {
    return report_error(engine.error());
  }
  const auto names = (*engine)->load_images(options.file, doors.signals.token());
  if (!names) {
    return report_error(names.error());
  }
  fmt::print("{}\n", fmt::join(*names, "\n"));
  return static_cast<int>(ExitCode::ok);
}

using Runner = int (*)(const ImagesOptions&);

CLI::App* add(CLI::App& images, const char* name, const char* what, const std::shared_ptr<ImagesOptions>& options,
              Invocation& invocation, Runner runner) {
  CLI::App* command = images.add_subcommand(name, what);
  command->callback(
      [options, &invocation, runner] { invocation.run = [options, runner] { return runner(*options); }; });
  return command;
}

void add_project_options(CLI::App* command, const std::shared_ptr<ImagesOptions>& options) {
  command->add_option("--project", options->configuration.folder, "the project's folder")->capture_default_str();
  command->add_option("--config", options->configuration.file, "a matrix file other than the project's own");
}

void add_engine_option(CLI::App* command, const std::shared_ptr<ImagesOptions>& options) {
  command->add_option("--engine", options->engine, "docker, podman or auto")
      ->check(CLI::IsMember({"docker", "podman", "auto"}));
}

} // namespace

void add_images_command(CLI::App& app, Invocation& invocation) {
  auto options = std::make_shared<ImagesOptions>();
  CLI::App* images = app.add_subcommand("images", "list, pull, pin, make, save and load build images");
  images->require_subcommand(1);
  constexpr const char* kNames = "platform tags or image references (default: what the project's plan uses)";

  CLI::App* list = add(*images, "list", "print the catalogue of images", options, invocation, run_list);
  list->add_flag("--json", options->json, "print it as JSON");

  CLI::App* pull = add(*images, "pull", "fetch images, by digest where one is pinned", options, invocation, run_pull);
  pull->add_option("IMAGE", options->names, kNames);
  add_project_options(pull, options);
  add_engine_option(pull, options);

  CLI::App* lock =
      add(*images, "lock", "write the digests of the project's images into images.lock", options, invocation, run_lock);
  lock->add_option("IMAGE", options->names, kNames);
  lock->add_flag("--update", options->update, "pin the newest tags, also where something is pinned already");
  lock->add_flag("--check", options->check, "write nothing; compare the pins with what the registries say now");
  add_project_options(lock, options);

  CLI::App* build = add(*images, "build", "make images from Debian packages; those that are there are left alone",
                        options, invocation, run_build);
  build->add_option("RECIPE", options->names, "debian-11, test-debian-12, … (see `images list`)")->required();
  build->add_option("--arch", options->arch, "the architecture (default: this machine's)");
  build->add_option("--output", options->file, "also write the image into a file that `images load` reads");
  build->add_flag("--fresh", options->fresh, "make it anew, from nothing that was kept");
  build->add_option("--engine", options->engine, "docker, podman, auto or none")
      ->check(CLI::IsMember({"docker", "podman", "auto", "none"}));

  CLI::App* save = add(*images, "save", "write images into one file", options, invocation, run_save);
  save->add_option("FILE", options->file, "the file to write")->required();
  save->add_option("IMAGE", options->names, kNames);
  add_project_options(save, options);
  add_engine_option(save, options);

  CLI::App* load = add(*images, "load", "add the images of a file to the engine", options, invocation, run_load);
  load->add_option("FILE", options->file, "a file that `images save` or `images build --output` wrote")->required();
  add_engine_option(load, options);
}

} // namespace wheelforge::cli
