// What the steps of a cell are made of: containers, scripts in them, wheels out of them, and failures noted down.
#include "orchestrator/pipeline/cell_run.hpp"

#include "orchestrator/engine/tar_reader.hpp"
#include "orchestrator/host/text_watch.hpp"
#include "orchestrator/matrix/shell_text.hpp"
#include "orchestrator/pipeline/build_container.hpp"
#include "orchestrator/pipeline/cell_toolchain.hpp"
#include "orchestrator/pipeline/container_layout.hpp"
#include "orchestrator/pipeline/front_end.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace wheelforge::pipeline {
namespace {

/// More than any wheel: an endless stream of a broken container ends here.
constexpr std::uint64_t kWheelLimit = std::uint64_t{8} << 30U;

/// A tar stream's files, written into a folder as they arrive.
class WheelFiles {
public:
  WheelFiles(host::FileSystem& files, std::filesystem::path folder)
      : files_(files), folder_(std::move(folder)), reader_(visitor(), kWheelLimit) {}

  void feed(std::string_view bytes) {
    if (result_) {
      result_ = reader_.feed(bytes);
    }
  }
  [[nodiscard]] Result<void> finish() { return result_ ? reader_.finish() : result_; }

private:
  engine::TarVisitor visitor() {
    return {
        [this](const engine::TarFile& file) -> Result<void> {
          WF_TRY(writer_,
                 files_.open_writer(folder_ / std::filesystem::path(file.path).filename(), host::OpenMode::truncate));
          return {};
        },
        [this](std::string_view bytes) { return writer_->write(bytes); },
        [this]() -> Result<void> {
          writer_.reset();
          return {};
        },
    };
  }

  host::FileSystem& files_;
  std::filesystem::path folder_;
  std::unique_ptr<host::FileWriter> writer_;
  Result<void> result_;
  engine::TarReader reader_;
};

/// A program's stdout carries wheels, so what it prints itself goes to stderr, and the wheels leave through stdout (3).
constexpr const char* kStdoutIsForWheels = "exec 3>&1 1>&2\n";

/// The source tree is the first script's input: a copy before it would cost another start of the engine's client.
constexpr const char* kTakeTree = "tar -xf - -C / && cat >/dev/null && exec </dev/null\n"; // tar stops before the end

} // namespace

schedule::TaskOutcome CellRun::do_step(const plan::Step& step, int jobs, std::stop_token stop) {
  switch (step.kind) {
  case plan::StepKind::prepare:
    return prepare(stop);
  case plan::StepKind::before_all:
    return Outcome::skipped("no before-all");
  case plan::StepKind::before_build:
    return before_build(stop);
  case plan::StepKind::build:
    return build(jobs, stop);
  case plan::StepKind::repair:
    return repair(stop);
  case plan::StepKind::audit:
    return audit();
  case plan::StepKind::test:
    return test(step.place, stop);
  case plan::StepKind::collect:
    return collect();
  }
  return Outcome::failed(fail(ErrorKind::internal, "no such step").value());
}

void CellRun::reset() {
  release();
  if (run_.removals != nullptr) {
    run_.removals->wait(); // the next attempt's containers have the same names
  }
  const std::scoped_lock lock(mutex_);
  failure_.reset();
}

void CellRun::release() {
  if (container_) {
    drop(*std::exchange(container_, std::nullopt));
  }
  if (early_test_.valid()) {
    if (auto unused = early_test_.get()) {
      drop(*std::move(unused));
    }
  }
}

void CellRun::drop(engine::Container container) {
  if (run_.removals != nullptr) {
    run_.removals->take(std::move(container));
  }
}

void CellRun::tidy() {
  (void)run_.files.remove_all(own_folder() / "built");
  (void)run_.files.remove_all(own_folder() / "repaired");
  std::error_code ignored; // the folder itself only where nothing else is in it, such as a wheel for the family
  std::filesystem::remove(own_folder(), ignored);
}

Result<int> CellRun::open_shell() {
  if (!container_) {
    return fail("{} has no build container to open a shell in", planned_.cell.id.text);
  }
  WF_TRY_VOID(bring_tree({}));
  engine::ExecSpec spec;
  spec.argv = {"sh", "-c",
               fmt::format("[ ! -e {0} ] || . {0}; PATH={1}:$PATH; export PATH; "
                           "command -v bash >/dev/null && exec bash || exec sh",
                           kEnvironmentFile, build_path(python_folder()))};
  spec.folder = package_folder();
  return container_->exec_interactive(std::move(spec));
}

Result<engine::Container> CellRun::start_container(const std::string& purpose, const std::string& image,
                                                   const std::string& digest, const std::string& step,
                                                   std::stop_token stop) {
  WF_TRY(const ReadyImage ready, run_.images.ensure(image, digest, log_->sink(step), stop));
  WF_TRY_VOID(check_architecture(ready, planned_));
  run_.facts.images->put(image_name(image, digest), digest.empty() ? ready.info.id : digest);
  auto spec = container_spec(run_, planned_.cell.id.text, purpose, ready.name, ready.info);
  if (planned_.compilers.compilers != plan::Compilers::own && run_.engine.info().program == "docker") {
    // Without it docker warns of each such container. podman does not, and would pull the image each time.
    spec.platform = fmt::format("linux/{}", tags::oci_name(planned_.cell.arch));
  }
  for (const std::string& name : options().build.environment_pass) {
    if (auto value = run_.environment(name)) {
      spec.environment[name] = *std::move(value);
    }
  }
  const std::filesystem::path tools = tools_folder(run_, planned_);
  if (std::error_code ignored; std::filesystem::exists(tools, ignored)) {
    spec.mounts.push_back({engine::Mount::Kind::bind, tools.string(), kTools, engine::Mount::Access::read_only, {}});
  }
  if (purpose == "build") { // tests run where the toolchain never was
    WF_TRY(CellAddition addition, toolchain_addition(run_, planned_));
    put(std::move(addition), spec);
    return start_build_container(run_, planned_, std::move(spec), *log_, step, std::move(stop));
  }
  WF_TRY(CellAddition run_time, run_time_addition(run_.toolchains, planned_, spec.environment, ready.info.environment));
  put(std::move(run_time), spec);
  if (step == "test:same") { // the images of other places may have users who could not write there
    // A volume is written at the disk's own speed, which the layers of a container are not: an environment of hundreds
    // of small files is there in a quarter of the time.
    spec.mounts.push_back(
        {engine::Mount::Kind::volume, {}, wheeltest::kTestEnvironment, engine::Mount::Access::read_write, {}});
  }
  if (step == fmt::format("test:{}", plan::kDevice)) {
    const auto& arguments = planned_.toolchain->recipe->driver.arguments;
    spec.extra_arguments.insert(spec.extra_arguments.end(), arguments.begin(), arguments.end());
  }
  return engine::Container::start(run_.engine, spec, std::move(stop));
}

Result<void> CellRun::bring_tree(std::stop_token stop) {
  return std::exchange(tree_is_awaited_, false) ? container_->copy_in("/", run_.tree.tar(kProjectName), std::move(stop))
                                                : Result<void>{};
}

void CellRun::bring_uv_out(std::stop_token stop) {
  // A native one in the build container of a foreign cell is self-contained, and goes before what a test image has.
  const bool is_native = planned_.compilers.compilers == plan::Compilers::native;
  const std::filesystem::path target = tools_folder(run_, planned_) / (is_native ? "first/uv" : "uv");
  if (run_.files.exists(target)) {
    return;
  }
  engine::ExecSpec spec;
  spec.argv = {"sh", "-c", "readlink -f \"$(command -v uv)\""};
  const auto found = container_->exec(std::move(spec), {}, stop);
  if (!found || !found->ok()) {
    return;
  }
  const auto bytes = container_->read_file(found->out.substr(0, found->out.find('\n')), stop);
  if (!bytes) {
    return;
  }
  // The mode comes before the name: another cell must never see a uv that it may not run.
  const std::filesystem::path fresh = target.parent_path() / fmt::format("uv.{}", planned_.cell.id.text);
  std::error_code error;
  if (run_.files.write_atomically(fresh, *bytes)) {
    std::filesystem::permissions(fresh, std::filesystem::perms(0755), error);
    std::filesystem::rename(fresh, target, error);
  }
}

schedule::TaskOutcome CellRun::run_script(const std::string& step, const std::string& script,
                                          const ScriptOptions& options, std::stop_token stop) {
  std::string text = "set -e\n"; // no -u: in the users' lines a variable that is not set is empty, as ever
  if (!options.wheel_folder.empty()) {
    text += kStdoutIsForWheels;
  }
  engine::ExecSpec spec;
  if (std::exchange(tree_is_awaited_, false)) {
    text += kTakeTree;
    spec.input = host::ProducedInput{run_.tree.tar(kProjectName)};
  }
  text += fmt::format("[ ! -e {0} ] || . {0}\nexport PATH={1}:$PATH:{2}:{3}/bin\n", kEnvironmentFile,
                      build_path(options.python_path), kTools, cross::kMountPoint);
  text += script;
  log_->note(step, "$ " + options.shown);

  spec.argv = {"sh", "-c", std::move(text)};
  spec.environment = options.environment;
  spec.timeout = options.timeout;
  spec.capture_bytes = 0;
  std::optional<WheelFiles> wheels;
  if (!options.wheel_folder.empty()) {
    (void)run_.files.remove_all(options.wheel_folder);
    wheels.emplace(run_.files, options.wheel_folder);
  }
  std::stop_source ending; // by the caller, or because what the script waits for has failed
  const std::stop_callback passed_on(stop, [&ending] { ending.request_stop(); });
  host::TextWatch awaited(options.awaited);
  std::optional<Error> not_done;
  const host::OutputSink log = log_->sink(step);
  const host::OutputSink sink = [&](host::Stream stream, std::string_view bytes) {
    if (wheels && stream == host::Stream::out) {
      wheels->feed(bytes);
      return;
    }
    log(stream, bytes);
    if (awaited.completes(bytes)) {
      if (auto done = options.when_said(stop); !done) {
        not_done = std::move(done).error();
        ending.request_stop();
      }
    }
  };
  auto result = container_->exec(std::move(spec), sink, ending.get_token());
  log_->end_step(step);
  if (not_done) {
    return fail_step(step, *std::move(not_done), options.shown);
  }
  if (!result) {
    return fail_step(step, std::move(result).error(), options.shown);
  }
  switch (result->end) {
  case engine::ExecEnd::out_of_memory:
    return out_of_memory(step, options.shown);
  case engine::ExecEnd::timed_out:
    return fail_step(step, Error{"the time limit was reached", ErrorKind::failed, "raise [build] timeout"},
                     options.shown);
  case engine::ExecEnd::cancelled:
    return fail_step(step, Error{"stopped", ErrorKind::cancelled, {}}, options.shown);
  case engine::ExecEnd::exited:
    break;
  }
  if (result->exit_code != 0) {
    return fail_step(step, fail("{} ended with exit code {}", step, result->exit_code).value(), options.shown,
                     result->exit_code);
  }
  if (wheels) {
    if (auto received = wheels->finish(); !received) {
      return fail_step(step, with_context(std::move(received).error(), "taking the wheel out of the container"),
                       options.shown);
    }
  }
  return Outcome::ok();
}

schedule::TaskOutcome CellRun::evaluate_environment(const std::string& step, std::stop_token stop) {
  const matrix::Assignments& assignments = options().build.environment;
  if (assignments.empty()) {
    return Outcome::ok();
  }
  // The values that came out are written down, so that every later step sees the same.
  std::string script = fmt::format("cd {}\n{}", kProject, matrix::export_lines(assignments));
  std::string names;
  for (const matrix::Assignment& assignment : assignments) {
    names += " " + assignment.name;
  }
  script += fmt::format("python -c 'import os, shlex, sys\n"
                        "for name in sys.argv[1:]: print(\"export %s=%s\" % (name, shlex.quote(os.environ[name])))'"
                        "{} > {}\n",
                        names, kEnvironmentFile);
  return run_script(step, fmt::format("mkdir -p /wheelforge\n{}", script),
                    {.shown = "evaluate [build] environment",
                     .python_path = python_folder(),
                     .environment = {},
                     .wheel_folder = {},
                     .timeout = options().build.timeout},
                    stop);
}

schedule::TaskOutcome CellRun::fail_step(const std::string& step, Error error, const std::string& command,
                                         std::optional<int> exit_code) {
  std::vector<std::string> said = log_->tail(step); // before the note, which begins a new text of the step
  error = name_emulator_crash(run_.emulator_crashes, planned_, step, said, std::move(error));
  log_->note(step, "error: " + error.message);
  const std::scoped_lock lock(mutex_);
  if (!failure_ || failure_->error.kind == ErrorKind::cancelled) {
    failure_ = Failure{step, error, command, exit_code, std::move(said)};
  }
  if (error.kind != ErrorKind::temporary && error.kind != ErrorKind::engine_unavailable) {
    run_.claims.refuse(planned_.cell.id.text, step, error.message);
  }
  return Outcome::failed(std::move(error));
}

schedule::TaskOutcome CellRun::share_failure(const WheelClaims::Shared& shared) {
  return fail_step(
      shared.failed_step,
      fail("{} made the abi3 wheel that serves this Python too, and failed with it: {}", shared.cell, shared.failure)
          .value());
}

schedule::TaskOutcome CellRun::out_of_memory(const std::string& step, const std::string& command) {
  std::string limit = "the machine's memory";
  if (run_.engine_table.memory_bytes) {
    limit = fmt::format("its limit of {} MiB", *run_.engine_table.memory_bytes >> 20U);
  }
  Error error{fmt::format("{} was killed: the container used up {}", step, limit), ErrorKind::failed,
              "raise [engine] memory, or lower [build] jobs"};
  (void)fail_step(step, error, command);
  return Outcome::out_of_memory(std::move(error));
}

Result<std::filesystem::path> CellRun::only_wheel(const std::filesystem::path& folder, const char* made_by) const {
  WF_TRY(const auto entries, run_.files.list(folder));
  if (entries.size() != 1) {
    return with_hint(fail("{} made {} wheels, one was wanted", made_by, entries.size()),
                     "a cell yields exactly one wheel");
  }
  return folder / entries.front().name;
}

std::optional<WheelClaims::Shared> CellRun::shared_wheel() const {
  const matrix::Interpreter& python = planned_.cell.python;
  if (!python.tag.is_cpython() || python.is_free_threaded) {
    return std::nullopt;
  }
  auto shared = run_.claims.shared_wheel(family(planned_.cell), python.tag.minor.value_or(0));
  return shared && shared->cell != planned_.cell.id.text ? shared : std::nullopt;
}

Result<void> CellRun::offer_to_family(int minor) {
  const std::filesystem::path copy = own_folder() / "shared" / repaired_.filename();
  WF_TRY(const std::string bytes, run_.files.read(repaired_));
  WF_TRY_VOID(run_.files.write_atomically(copy, bytes));
  run_.claims.offer(family(planned_.cell), {planned_.cell.id.text, copy, minor, {}, {}});
  return {};
}

std::string CellRun::package_folder() const {
  const std::string below = run_.tree.project().generic_string();
  return below.empty() || below == "." ? kProject : fmt::format("{}/{}", kProject, below);
}

std::string CellRun::python_folder() const {
  return fmt::format("/opt/python/{}/bin", matrix::folder_of(planned_.cell.python));
}

std::vector<std::string> CellRun::excluded() const {
  std::vector<std::string> globs = options().repair.exclude;
  const std::vector<std::string> others = never_grafted(planned_);
  globs.insert(globs.end(), others.begin(), others.end());
  return globs;
}

std::string CellRun::build_path(const std::string& python_path) const {
  const auto addition = toolchain_addition(run_, planned_);
  std::string path = python_path;
  if (addition && !addition->path.empty()) {
    path += ":" + path_prefix(addition->path);
    path.pop_back();
  }
  return path;
}

std::filesystem::path CellRun::own_folder() const { return run_.folder / planned_.cell.id.text; }

} // namespace wheelforge::pipeline
