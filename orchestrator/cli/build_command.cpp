// `wheelforge build`: from the matrix in a checkout to finished wheels.
#include "orchestrator/cli/build_engines.hpp"
#include "orchestrator/cli/command.hpp"
#include "orchestrator/cli/engine_choice.hpp"
#include "orchestrator/cli/exit_code.hpp"
#include "orchestrator/cli/planning.hpp"
#include "orchestrator/cli/reach_html.hpp"
#include "orchestrator/cli/reached_machines.hpp"
#include "orchestrator/cli/run_files.hpp"
#include "orchestrator/cli/run_inputs.hpp"
#include "orchestrator/cli/toolchain_fetch.hpp"

#include "orchestrator/cross/tool_sets.hpp"
#include "orchestrator/engine/reaper.hpp"
#include "orchestrator/host/machine.hpp"
#include "orchestrator/host/signals.hpp"
#include "orchestrator/host/terminal.hpp"
#include "orchestrator/matrix/scalar.hpp"
#include "orchestrator/pipeline/run.hpp"
#include "orchestrator/pipeline/utc_time.hpp"
#include "orchestrator/progress/progress_display.hpp"
#include "orchestrator/report/failure_text.hpp"
#include "orchestrator/report/summary_table.hpp"
#include "orchestrator/schedule/event_stream.hpp"

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
  bool explain = false;
  bool fresh = false;
  bool timings = false;
  bool compiler_cache = false;
};

int processors() { return std::max(1, static_cast<int>(std::thread::hardware_concurrency())); }

/// The cells that run at a time: the command line's, the matrix file's, or half the processors, but two where there are
/// two: much of a cell is waiting, for disks and for the index.
int jobs_of(const BuildRequest& request, const matrix::ScheduleTable& table) {
  if (request.jobs > 0) {
    return request.jobs;
  }
  if (table.jobs) {
    return static_cast<int>(*table.jobs);
  }
  return std::min(processors(), std::max(2, processors() / 2));
}

schedule::SchedulerOptions schedule_options(const BuildRequest& request, const matrix::MatrixFile& file,
                                            std::size_t cells) {
  const matrix::ScheduleTable& table = file.schedule;
  schedule::SchedulerOptions options;
  options.jobs = jobs_of(request, table);
  options.retries = static_cast<int>(table.retries);
  const bool keep_going = request.keep_going || (table.keep_going && !request.fail_fast);
  options.on_failure = keep_going ? schedule::OnFailure::keep_going : schedule::OnFailure::fail_fast;
  const int at_a_time = std::max(1, std::min(options.jobs, static_cast<int>(std::min<std::size_t>(cells, 100'000))));
  options.compile_jobs = std::max(1, processors() / at_a_time);
  if (file.engine.cpus) { // more compilers than a cell may have processors only take memory
    options.compile_jobs = std::min(options.compile_jobs, std::max(1, static_cast<int>(std::ceil(*file.engine.cpus))));
  }
  options.memory_bytes = table.memory_bytes.value_or(host::machine_memory_bytes() / 10 * 9);
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
  project.announces_stable_abi = announces_stable_abi(files, project.configuration.project);
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

/// The events of a run and who listens to them.
struct Stage {
  explicit Stage(host::Clock& clock) : events(clock) {}
  schedule::EventStream events;
  std::unique_ptr<progress::ProgressDisplay> display;
};

Result<std::unique_ptr<Stage>> open_stage(const BuildRequest& request, Doors& doors) {
  auto stage = std::make_unique<Stage>(*doors.clock);
  if (!request.events_file.empty()) {
    WF_TRY(auto observer, progress::event_file(*doors.files, request.events_file));
    stage->events.subscribe(std::move(observer));
  }
  // A live area would be painted over the shell.
  const std::string wanted = request.shell && request.progress == "auto" ? "plain" : request.progress;
  WF_TRY(const auto mode, progress::parse_progress_mode(wanted));
  stage->display = std::make_unique<progress::ProgressDisplay>(
      stage->events, *doors.clock, mode, [] { return host::inspect_terminal(2); },
      [](std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); });
  return stage;
}

/// One run of a project: what its parts are handed on.
struct Run {
  const BuildRequest& request;
  const Project& project;
  Doors& doors;
  host::SignalWatch& signals;
  host::ProcessIdentity identity;
  std::string id;
  std::filesystem::path folder; ///< .wheelforge/runs/<id>
};

Result<pipeline::RunReport> run_settled(const Run& run, RunInputs& inputs, const pipeline::Outlook& outlook) {
  const source::Revision& revision = inputs.tree().revision();
  WF_TRY(const auto stage, open_stage(run.request, run.doors));
  WF_TRY_VOID(run.doors.files->create_folders(run.folder));
  auto report = pipeline::report_settled(
      run.project.plan, outlook, {run.id, WF_VERSION, {}, revision.commit, revision.dirty, inputs.output(), run.folder},
      *run.doors.files, *run.doors.clock, inputs.store(), &stage->events);
  stage->events.flush();
  return report;
}

Result<pipeline::RunReport> run_steps(const Run& run, RunInputs& inputs, engine::ContainerEngine& engine,
                                      const pipeline::Outlook& outlook) {
  const Configuration& configuration = run.project.configuration;
  const LastWords last_words(run.signals, engine, run.id);
  const matrix::EngineTable& engine_table = configuration.matrix.engine;
  WF_TRY(auto trust,
         engine::host_trust(engine_table.ca_bundle, *run.doors.files, host::environment_variable,
                            engine_table.proxy == "none" ? engine::Proxies::leave_out : engine::Proxies::pass));
  WF_TRY(auto toolchains, fetch_toolchains(*run.doors.files, *run.doors.runner, *run.doors.clock, run.project.plan,
                                           configuration, run.signals.token()));
  pipeline::ImageStore images(engine);
  cross::ToolSets tool_sets(*run.doors.files, *run.doors.runner);
  pipeline::RunContext context{.files = *run.doors.files,
                               .clock = *run.doors.clock,
                               .engine = engine,
                               .tree = inputs.tree(),
                               .trust = std::move(trust),
                               .engine_table = engine_table,
                               .owner = {run.id, "", run.identity},
                               .environment = host::environment_variable,
                               .folder = run.folder,
                               .output = inputs.output(),
                               .toolchains = std::move(toolchains),
                               .tools = host::user_cache_folder() / "tools",
                               .dependency_groups = configuration.dependency_groups,
                               .facts = inputs.facts(),
                               .store = &inputs.store(),
                               .compiler_cache = run.request.compiler_cache || configuration.matrix.cache.compiler,
                               .images = images,
                               .claims = {},
                               .before_all_images = {},
                               .tool_sets = &tool_sets,
                               .cross_compilers = configuration.matrix.cross.compilers};
  pipeline::RunOptions options{schedule_options(run.request, configuration.matrix, run.project.plan.selected()),
                               WF_VERSION, engine_table.memory_bytes.value_or(0), engine_table.disk_bytes.value_or(0),
                               run.request.shell};
  options.schedule.run_id = run.id;
  if (const auto free =
          run.doors.files->free_bytes(engine.info().root_folder.empty() ? "/" : engine.info().root_folder);
      free && !engine.info().remote) {
    options.schedule.disk_bytes = *free;
  }
  WF_TRY(const auto stage, open_stage(run.request, run.doors));
  auto report = pipeline::run_plan(run.project.plan, outlook, context, options, run.project.announces_stable_abi,
                                   &stage->events, run.signals.token());
  stage->events.flush();
  return report;
}

/// Keeps the cache within its limit, once it has grown: $WHEELFORGE_CACHE_LIMIT, or the matrix file's.
void limit_cache(RunInputs& inputs, const matrix::CacheTable& table) {
  constexpr std::uint64_t kLimit = std::uint64_t{10} << 30U;
  const auto chosen = host::environment_variable("WHEELFORGE_CACHE_LIMIT");
  const std::uint64_t limit =
      (chosen ? matrix::parse_size(*chosen) : std::nullopt).value_or(table.limit_bytes.value_or(kLimit));
  if (const auto info = inputs.cache().info(); info && info->size_bytes > limit) {
    (void)inputs.cache().prune(limit);
  }
}

Result<pipeline::RunReport> run_build(const BuildRequest& request, const Project& project, Doors& doors,
                                      host::SignalWatch& signals) {
  WF_TRY(const auto identity, host::current_process());
  const Configuration& configuration = project.configuration;
  const std::filesystem::path state =
      (std::filesystem::absolute(configuration.project) / ".wheelforge").lexically_normal();
  Run run{request, project,  doors,
          signals, identity, fmt::format("{}-{}", pipeline::compact_utc_time(doors.clock->now()), identity.pid),
          {}};
  run.folder = state / "runs" / run.id;
  WF_TRY(const auto lock, lock_checkout(*doors.files, state, run.id));
  const std::filesystem::path output = output_folder(configuration, request.output);
  if (output.string().starts_with(state.parent_path().string())) {
    remove_halves(*doors.files, output);
  }

  const auto choice = engine_choice(request.engine.empty() ? configuration.matrix.engine.name : request.engine);
  const auto reuse = request.fresh || request.shell ? pipeline::Reuse::no : pipeline::Reuse::yes;
  WF_TRY(const auto inputs,
         RunInputs::open(*doors.files, *doors.clock, configuration, project.plan,
                         {run.id, output, choice, reuse, true,
                          request.events_file.empty() ? std::vector<std::filesystem::path>()
                                                      : std::vector<std::filesystem::path>{request.events_file}}));
  auto outlook = inputs->look_ahead(*doors.files, project.plan, project.announces_stable_abi);
  std::unique_ptr<engine::ContainerEngine> engine;
  if (!is_settled(outlook)) {
    WF_TRY(engine, open_engines(*doors.runner, *doors.clock, *doors.files, choice, configuration, project.plan));
    if (!engine->info().remote) {
      WF_TRY_VOID(check_emulators(project.plan, *doors.files, *doors.runner));
    }
    WF_TRY(const auto reaped, engine::reap_dead(*engine));
    for (const std::string& name : reaped.removed) {
      fmt::print(stderr, "removed {}, left behind by a run that died\n", name);
    }
    if (inputs->ask_for_images(*engine, project.plan)) {
      outlook = inputs->look_ahead(*doors.files, project.plan, project.announces_stable_abi);
    }
  }
  if (request.explain) {
    fmt::print("{}", explain(project.plan, outlook));
    std::fflush(stdout);
  }
  WF_TRY(auto report,
         is_settled(outlook) ? run_settled(run, *inputs, outlook) : run_steps(run, *inputs, *engine, outlook));
  report.signal = signals.received();
  report.command = command_again(request);
  std::vector<report::HtmlSection> sections;
  if (auto reach = reach_section(*doors.files, report, today())) {
    sections.push_back(*std::move(reach));
  }
  if (const auto written =
          write_run_files(*doors.files, report, request.timings ? Timings::yes : Timings::no, sections);
      !written) {
    fmt::print(stderr, "wheelforge: warning: the run's reports are not complete: {}\n", written.error().message);
  }
  if (inputs->store().has_kept()) {
    limit_cache(*inputs, configuration.matrix.cache);
    remove_old_runs(*doors.files, state / "runs");
  }
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
    const auto told = request.explain ? print_outlook(*doors.files, *doors.clock, project->configuration, project->plan)
                                      : Result<void>();
    return told ? static_cast<int>(ExitCode::ok) : report_error(told.error());
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
  if (request.progress != "quiet") {
    fmt::print(stderr, "report: {}/report.html{}\n", run->folder, request.timings ? ", timings.html, trace.json" : "");
  }
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
  command->add_flag("--fresh", request->fresh, "run every step, whatever results earlier runs have left");
  command->add_flag("--compiler-cache", request->compiler_cache,
                    "put ccache before the compilers, with one cache for all cells and runs");
  command->add_flag("--timings", request->timings, "also write timings.html and trace.json into the run's folder");
  command->add_flag("--explain", request->explain, "say for every step why it runs, or why not");
  command->add_flag("--dry-run,-n", request->dry_run, "print the plan and stop");
  command->callback([request, &invocation] { invocation.run = [request] { return build(*request); }; });
}

} // namespace wheelforge::cli
