// One container, one script, one image.
#include "orchestrator/pipeline/before_all.hpp"

#include "orchestrator/base/sha256.hpp"
#include "orchestrator/matrix/shell_text.hpp"
#include "orchestrator/pipeline/build_container.hpp"
#include "orchestrator/pipeline/container_layout.hpp"

#include <fmt/core.h>

#include <set>

namespace wheelforge::pipeline {
namespace {

std::string script_of(const plan::PlannedCell& cell, const std::string& command) {
  return fmt::format("set -e\nexport PATH=/opt/python/{}/bin:$PATH\ncd {}\n{}{}\n", matrix::folder_of(cell.cell.python),
                     kProject, matrix::export_lines(cell.cell.options->build.environment), command);
}

/// Why a finished script counts as failed; nothing where it ended well.
std::optional<Error> error_of(const engine::ExecResult& result) {
  switch (result.end) {
  case engine::ExecEnd::exited:
    if (result.exit_code == 0) {
      return std::nullopt;
    }
    return fail("before-all ended with exit code {}", result.exit_code).value();
  case engine::ExecEnd::out_of_memory:
    return Error{"before-all was killed: the container used up its memory", ErrorKind::failed, "raise [engine] memory"};
  case engine::ExecEnd::timed_out:
    return Error{"the time limit was reached", ErrorKind::failed, "raise [build] timeout"};
  case engine::ExecEnd::cancelled:
    return Error{"stopped", ErrorKind::cancelled, {}};
  }
  return std::nullopt;
}

/// The name of the image that before-all makes: another one for every other input. Of a run that keeps nothing, its
/// own.
std::string layer_name(const RunContext& run, const plan::PlannedCell& cell, const std::string& task) {
  const auto inputs = run.store == nullptr ? std::nullopt : before_all_inputs(cell, run.facts);
  const std::string what = inputs ? key_of(*inputs).hex() : run.owner.run + task;
  return fmt::format("localhost/wheelforge/before-all:{}", sha256(what).hex().substr(0, 24));
}

/// Where the journal remembers the images that before-all made here.
constexpr std::string_view kLayerKey = "layer ";

} // namespace

std::string before_all_task(const plan::PlannedCell& cell) {
  const matrix::BuildOptions& build = cell.cell.options->build;
  if (build.before_all.empty()) {
    return {};
  }
  std::string inputs = cell.image + "\n" + cell.digest + "\n" + matrix::joined(build.before_all) + "\n" +
                       matrix::export_lines(build.environment);
  for (const std::string& name : build.environment_pass) {
    inputs += name + "\n";
  }
  return fmt::format("before-all-{}-{}", cell.cell.platform.text, sha256(inputs).hex().substr(0, 8));
}

schedule::TaskOutcome run_before_all(RunContext& run, const plan::PlannedCell& cell, const std::string& task,
                                     CellLog& log, std::optional<Failure>& failure, std::stop_token stop) {
  const std::string step = "before-all";
  const std::string command = matrix::fill_placeholders(matrix::joined(cell.cell.options->build.before_all),
                                                        {{"project", kProject}, {"package", kProject}});
  const auto failed = [&](Error error, std::optional<int> exit_code = {}) {
    log.end_step(step);
    std::vector<std::string> said = log.tail(step); // before the note, which begins a new text of the step
    error = name_emulator_crash(run.emulator_crashes, cell, task, said, std::move(error));
    log.note(step, "error: " + error.message);
    failure = Failure{step, error, command, exit_code, std::move(said)};
    return schedule::TaskOutcome::failed(std::move(error));
  };

  auto image = run.images.ensure(cell.image, cell.digest, log.sink(step), stop);
  if (!image) {
    return failed(std::move(image).error());
  }
  if (auto right = check_architecture(*image, cell); !right) {
    return failed(std::move(right).error());
  }
  run.facts.images->put(image_name(cell.image, cell.digest), cell.digest.empty() ? image->info.id : cell.digest);
  const std::string name = layer_name(run, cell, task);
  if (run.store != nullptr && run.store->reuse() == Reuse::yes) {
    if (const auto made = run.engine.inspect_image(name)) {
      run.before_all_images.put(task, made->id);
      log.note(step, "kept: the image " + name + " has the result");
      return schedule::TaskOutcome::skipped("an earlier run's result is there");
    }
  }
  auto spec = container_spec(run, task, "before-all", image->name, image->info);
  for (const std::string& variable : cell.cell.options->build.environment_pass) {
    if (auto value = run.environment(variable)) {
      spec.environment[variable] = *std::move(value);
    }
  }
  const engine::Labels labels = spec.labels;
  auto container = start_build_container(run, cell, std::move(spec), log, step, stop);
  if (!container) {
    return failed(std::move(container).error());
  }
  if (auto copied = container->copy_in("/", run.tree.tar(kProjectName), stop); !copied) {
    return failed(std::move(copied).error());
  }
  log.note(step, "$ " + command);
  engine::ExecSpec exec;
  exec.argv = {"sh", "-c", script_of(cell, command)};
  exec.timeout = cell.cell.options->build.timeout;
  exec.capture_bytes = 0;
  auto result = container->exec(std::move(exec), log.sink(step), stop);
  if (!result) {
    return failed(std::move(result).error());
  }
  if (auto error = error_of(*result)) {
    return failed(*std::move(error), result->exit_code);
  }
  log.end_step(step);
  if (run.store != nullptr) {
    run.store->note_layer(std::string(kLayerKey) + name); // before it is made, so that none is ever forgotten
  }
  auto made = run.engine.commit_container(container->id(), name, labels, stop);
  if (!made) {
    return failed(std::move(made).error());
  }
  run.before_all_images.put(task, *made);
  return schedule::TaskOutcome::ok();
}

void remove_outdated_layers(const plan::Plan& plan, RunContext& run) {
  if (run.store == nullptr) {
    for (const std::string& image : run.before_all_images.all()) {
      (void)run.engine.remove_image(image);
    }
    return;
  }
  std::set<std::string> wanted;
  for (const plan::PlannedCell& cell : plan.cells) {
    if (const std::string task = before_all_task(cell); !task.empty()) {
      if (const auto inputs = before_all_inputs(cell, run.facts)) {
        wanted.insert(layer_name(run, cell, task));
      } else {
        return; // an image is not known: a layer over it may be one of ours
      }
    }
  }
  for (const std::string& key : run.store->layers(kLayerKey)) {
    if (const std::string name = key.substr(kLayerKey.size()); !wanted.contains(name)) {
      (void)run.engine.remove_image(name);
      run.store->forget_layer(key);
    }
  }
}

} // namespace wheelforge::pipeline
