// `wheelforge build`: from the matrix in a checkout to finished wheels.
#include "orchestrator/cli/command.hpp"
#include "orchestrator/cli/engine_choice.hpp"
#include "orchestrator/cli/exit_code.hpp"
#include "orchestrator/cli/planning.hpp"

#include "orchestrator/engine/reaper.hpp"
#include "orchestrator/host/signals.hpp"
#include "orchestrator/host/terminal.hpp"
#include "orchestrator/pipeline/run.hpp"
#include "orchestrator/pipeline/stable_abi_hint.hpp"
#include "orchestrator/pipeline/utc_time.hpp"
#include "orchestrator/progress/progress_display.hpp"
#include "orchestrator/report/failure_text.hpp"
#include "orchestrator/report/run_json.hpp"
#include "orchestrator/report/summary_table.hpp"
#include "orchestrator/schedule/event_stream.hpp"
#include "orchestrator/source/source_tree.hpp"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include <unistd.h>

#include <cmath>
#include <thread>

namespace wheelforge::cli {
namespace {

/// The words of the command line.
struct BuildRequest {
  ConfigurationChoice configuration;
  std::vector<std::string> only;
  std::string output;
  std::string engine;
  std::string progress = "auto";
  std::string events_file;
  int jobs = 0;
  bool keep_going = false;
  bool fail_fast = false;
  bool shell = false;
  bool dry_run = false;
};

/// The cells that run at a time: the command line's, the matrix file's, or one for every two processors.
int jobs_of(const BuildRequest& request, const matrix::ScheduleTable& table) {
  if (request.jobs > 0) {
    return request.jobs;
  }
  if (table.jobs) {
    return static_cast<int>(*table.jobs);
  }
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()) / 2);
}

schedule::SchedulerOptions schedule_options(const BuildRequest& request, const matrix::MatrixFile& file) {
  const matrix::ScheduleTable& table = file.schedule;
  schedule::SchedulerOptions options;
  options.jobs = jobs_of(request, table);
  options.retries = static_cast<int>(table.retries);
  const bool keep_going = request.keep_going || (table.keep_going && !request.fail_fast);
  options.on_failure = keep_going ? schedule::OnFailure::keep_going : schedule::OnFailure::fail_fast;
  const int processors = static_cast<int>(std::thread::hardware_concurrency());
  options.compile_jobs = std::max(1, processors / options.jobs);
  if (file.engine.cpus) { // more compilers than a cell may have processors only take memory
    options.compile_jobs = std::min(options.compile_jobs, std::max(1, static_cast<int>(std::ceil(*file.engine.cpus))));
  }
  return options;
}

/// The words that start a build of the same project with the same configuration.
std::string command_again(const BuildRequest& request) {
  std::vector<std::string> words{"wheelforge", "build"};
  if (request.configuration.folder != ".") {
    words.push_back(request.configuration.folder.string());
  }
  if (request.configuration.file) {
    words.insert(words.end(), {"--config", request.configuration.file->string()});
  }
  if (!request.engine.empty()) {
    words.insert(words.end(), {"--engine", request.engine});
  }
  return host::shell_text(words);
}

/// What stays open for the length of a run.
struct Doors {
  std::unique_ptr<host::FileSystem> files = host::make_file_system();
  std::unique_ptr<host::Clock> clock = host::make_clock();
  std::unique_ptr<host::ProcessRunner> runner = host::make_process_runner();
};

/// Two runs in one checkout would write the same outputs: the second is told who holds it.
Result<std::unique_ptr<host::FileLock>> lock_checkout(host::FileSystem& files, const std::filesystem::path& folder,
                                                      const std::string& run) {
  WF_TRY_VOID(files.create_folders(folder));
  auto lock = files.try_lock(folder / "lock", fmt::format("run {} (pid {})", run, getpid()));
  if (!lock) {
    return tl::unexpected(with_context(std::move(lock).error(), "another wheelforge builds this checkout"));
  }
  return lock;
}

/// A build's inputs, read before anything starts.
struct Project {
  Configuration configuration;
  plan::Plan plan;
  bool announces_stable_abi = false;
};

Reported<Project> load_project(const BuildRequest& request, const host::FileSystem& files) {
  auto configuration = load_configuration(files, request.configuration);
  if (!configuration) {
    return tl::unexpected(configuration.error());
  }
  auto plan = plan_cells(files, *configuration, request.only);
  if (!plan) {
    return tl::unexpected(plan.error());
  }
  Project project{*std::move(configuration), *std::move(plan), false};
  for (const char* name : {"pyproject.toml", "setup.cfg", "setup.py", "Cargo.toml", "meson.build"}) {
    if (const auto text = files.read(project.configuration.project / name)) {
      project.announces_stable_abi |= pipeline::announces_stable_abi(*text);
    }
  }
  return project;
}

/// While it lives, a second Ctrl-C removes the run's containers before it ends the process.
class LastWords {
public:
  LastWords(host::SignalWatch& signals, engine::ContainerEngine& engine, const std::string& run) : signals_(signals) {
    signals_.set_last_words([&engine, run] { (void)engine::remove_run(engine, run); });
  }
  ~LastWords() { signals_.set_last_words({}); }
  LastWords(const LastWords&) = delete;
  LastWords& operator=(const LastWords&) = delete;

private:
  host::SignalWatch& signals_;
};

Result<pipeline::RunReport> run_build(const BuildRequest& request, const Project& project, Doors& doors,
                                      host::SignalWatch& signals) {
  WF_TRY(const auto identity, host::current_process());
  const std::string run_id = fmt::format("{}-{}", pipeline::compact_utc_time(doors.clock->now()), identity.pid);
  const Configuration& configuration = project.configuration;
  const std::filesystem::path state =
      std::filesystem::absolute(configuration.project).lexically_normal() / ".wheelforge";
  WF_TRY(const auto lock, lock_checkout(*doors.files, state, run_id));

  const std::string engine_name = request.engine.empty() ? configuration.matrix.engine.name : request.engine;
  WF_TRY(const auto engine, engine::detect_engine(*doors.runner, *doors.clock, engine_choice(engine_name)));
  WF_TRY(const auto reaped, engine::reap_dead(*engine));
  for (const std::string& name : reaped.removed) {
    fmt::print(stderr, "removed {}, left behind by a run that died\n", name);
  }
  const LastWords last_words(signals, *engine, run_id);

  const std::filesystem::path output =
      std::filesystem::absolute(request.output.empty() ? configuration.folder / configuration.matrix.output.wheels
                                                       : std::filesystem::path(request.output))
          .lexically_normal();
  WF_TRY(const auto tree, source::SourceTree::open(configuration.project, {{output}, source::GitFolder::include}));
  const matrix::EngineTable& engine_table = configuration.matrix.engine;
  WF_TRY(auto trust,
         engine::host_trust(engine_table.ca_bundle, *doors.files, host::environment_variable,
                            engine_table.proxy == "none" ? engine::Proxies::leave_out : engine::Proxies::pass));
  const schedule::SchedulerOptions schedule = schedule_options(request, configuration.matrix);
  pipeline::ImageStore images(*engine);
  pipeline::RunContext context{.files = *doors.files,
                               .clock = *doors.clock,
                               .engine = *engine,
                               .tree = tree,
                               .trust = std::move(trust),
                               .engine_table = engine_table,
                               .compile_jobs = schedule.compile_jobs,
                               .owner = {run_id, "", identity},
                               .environment = host::environment_variable,
                               .folder = state / "runs" / run_id,
                               .output = output,
                               .tools = host::user_cache_folder() / "tools" / engine->info().architecture,
                               .dependency_groups = configuration.dependency_groups,
                               .images = images,
                               .claims = {},
                               .before_all_images = {}};

  schedule::EventStream events(*doors.clock);
  if (!request.events_file.empty()) {
    WF_TRY(auto observer, progress::event_file(*doors.files, request.events_file));
    events.subscribe(std::move(observer));
  }
  WF_TRY(const auto mode, progress::parse_progress_mode(request.progress));
  auto display = std::make_unique<progress::ProgressDisplay>(
      events, *doors.clock, mode, [] { return host::inspect_terminal(2); },
      [](std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); });
  const pipeline::RunOptions options{schedule, WF_VERSION, request.shell};
  WF_TRY(auto report,
         pipeline::run_plan(project.plan, context, options, project.announces_stable_abi, &events, signals.token()));
  events.flush();
  display.reset();
  report.signal = signals.received();
  report.command = command_again(request);
  WF_TRY_VOID(doors.files->write_atomically(context.folder / "report.json", report::to_json(report)));
  return report;
}

int build(const BuildRequest& request) {
  host::SignalWatch signals; // before any thread, so that all of them leave signals to it
  Doors doors;
  const auto project = load_project(request, *doors.files);
  if (!project) {
    return static_cast<int>(project.error());
  }
  if (request.dry_run) {
    fmt::print("{}", plan::render(project->plan));
  }
  if (project->plan.selected() == 0) {
    fmt::print(stderr, "{}wheelforge: error: no cell is selected\n", plan::render(project->plan));
    return static_cast<int>(ExitCode::nothing_selected);
  }
  if (request.dry_run) {
    return static_cast<int>(ExitCode::ok);
  }
  if (request.shell && project->plan.selected() != 1) {
    return report_error(
        with_hint(fail(ErrorKind::usage, "--shell opens one cell, {} are selected", project->plan.selected()),
                  "name one with --only ID")
            .value());
  }
  const auto run = run_build(request, *project, doors, signals);
  if (!run) {
    return report_error(run.error());
  }
  const host::Terminal out = host::inspect_terminal(1);
  fmt::print("{}", report::summary_table(*run, {out.columns, out.color}));
  std::fflush(stdout);
  const host::Terminal err = host::inspect_terminal(2);
  fmt::print(stderr, "{}", report::failure_text(*run, {err.columns, err.color}));
  return exit_code_of(*run);
}

} // namespace

void add_build_command(CLI::App& app, Invocation& invocation) {
  auto request = std::make_shared<BuildRequest>();
  CLI::App* command = app.add_subcommand("build", "build, repair, audit and test the wheels of a project");
  command->add_option("project", request->configuration.folder, "the checkout (default: this folder)");
  command->add_option("--config", request->configuration.file,
                      "the matrix file (default: wheelforge.toml or pyproject.toml)");
  command->add_option("--only", request->only, "cells to build, by id or glob; may be given several times");
  command->add_option("--output,-o", request->output, "folder of the finished wheels (default: wheelhouse)");
  command->add_option("--engine", request->engine, "docker, podman or auto")
      ->check(CLI::IsMember({"auto", "docker", "podman"}));
  command->add_option("--progress", request->progress, "auto, tty, plain, json or quiet")
      ->check(CLI::IsMember({"auto", "tty", "plain", "json", "quiet"}));
  command->add_option("--events", request->events_file, "file that gets every event as a line of JSON");
  command->add_option("--jobs,-j", request->jobs, "cells that build at a time")->check(CLI::Range(1, 1024));
  command->add_flag("--keep-going,-k", request->keep_going, "build the other cells when one fails (default)");
  command->add_flag("--fail-fast", request->fail_fast, "start nothing new when a cell fails")->excludes("--keep-going");
  command->add_flag("--shell", request->shell, "open a shell in the cell's container when it has ended");
  command->add_flag("--dry-run,-n", request->dry_run, "print the plan and stop");
  command->callback([request, &invocation] { invocation.run = [request] { return build(*request); }; });
}

} // namespace wheelforge::cli
