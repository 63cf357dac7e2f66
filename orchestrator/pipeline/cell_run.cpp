// A cell's steps, top to bottom: prepare, before-build, build, repair, audit, test, collect.
#include "orchestrator/pipeline/cell_run.hpp"

#include "orchestrator/base/sha256.hpp"
#include "orchestrator/matrix/shell_text.hpp"
#include "orchestrator/pipeline/accelerator_step.hpp"
#include "orchestrator/pipeline/container_layout.hpp"
#include "orchestrator/pipeline/front_end.hpp"
#include "orchestrator/pipeline/wheel_verdict.hpp"
#include "orchestrator/repair/auditwheel.hpp"
#include "orchestrator/wheel/wheel_name.hpp"

#include <fmt/core.h>

#include <span>

namespace wheelforge::pipeline {
namespace {

bool is_pure(const wheel::WheelName& name) {
  for (const tags::PlatformTag& tag : name.tags.platforms) {
    if (tag.family == tags::PlatformFamily::any) {
      return true;
    }
  }
  return false;
}

} // namespace

schedule::TaskOutcome CellRun::prepare(std::stop_token stop) {
  const std::string step = "prepare";
  if (const auto shared = shared_wheel(); shared && outlook_.find("build")->runs) {
    return shared->failed_step.empty() ? Outcome::skipped("an abi3 wheel serves this Python") : share_failure(*shared);
  }
  const std::string made_before = run_.before_all_images.get(before_all_task_);
  auto container = start_container("build", made_before.empty() ? planned_.image : made_before,
                                   made_before.empty() ? planned_.digest : "", step, stop);
  if (!container) {
    return fail_step(step, std::move(container).error());
  }
  container_.emplace(*std::move(container));
  container_has_built_ = false;
  bring_uv_out(stop);
  tree_is_awaited_ = made_before.empty(); // else it is in the image, with what before-all wrote laid over it
  start_test_early(std::move(stop));
  return Outcome::ok();
}

schedule::TaskOutcome CellRun::before_build(std::stop_token stop) {
  const std::string step = "before-build";
  if ((adopted_ = shared_wheel())) {
    return Outcome::skipped("an abi3 wheel serves this Python");
  }
  if (options().build.before_build.empty()) {
    return Outcome::skipped("no before-build");
  }
  if (Outcome evaluated = evaluate_environment(step, stop); evaluated.kind != Outcome::Kind::ok) {
    return evaluated;
  }
  const matrix::Placeholders placeholders{{"project", kProject}, {"package", package_folder()}};
  const std::string command = matrix::fill_placeholders(matrix::joined(options().build.before_build), placeholders);
  return run_script(step, fmt::format("cd {}\n{}\n", matrix::quoted(kProject), command),
                    {.shown = command,
                     .python_path = python_folder(),
                     .environment = {},
                     .wheel_folder = {},
                     .timeout = options().build.timeout},
                    stop);
}

schedule::TaskOutcome CellRun::build(int jobs, std::stop_token stop) {
  const std::string step = "build";
  if (!adopted_ && options().build.before_build.empty()) {
    adopted_ = shared_wheel();
  }
  if (adopted_) {
    return Outcome::skipped(fmt::format("{} made an abi3 wheel that serves this Python", adopted_->cell));
  }
  if (options().build.before_build.empty()) {
    if (Outcome evaluated = evaluate_environment(step, stop); evaluated.kind != Outcome::Kind::ok) {
      return evaluated;
    }
  }
  const Outcome built = make_wheel(jobs, stop);
  if (run_.compiler_cache) {
    note_compiler_cache(stop);
  }
  if (auto memory = container_->memory_use(); memory && memory->peak_bytes) {
    peak_memory_bytes_ = memory->peak_bytes;
  }
  if (built.kind != Outcome::Kind::ok) {
    return built;
  }
  auto wheel = only_wheel(own_folder() / "built", "the build back end");
  if (!wheel) {
    return fail_step(step, std::move(wheel).error());
  }
  const auto name = wheel::parse_wheel_name(wheel->filename().string());
  if (name && is_pure(*name)) {
    return fail_step(step, with_hint(fail("{} is a pure-Python wheel: it has no compiled code and needs no container",
                                          wheel->filename().string()),
                                     "build it once with `python -m build`, or check why the extension was left out")
                               .value());
  }
  built_ = *std::move(wheel);
  container_has_built_ = true;
  return Outcome::ok();
}

schedule::TaskOutcome CellRun::repair(std::stop_token stop) {
  const std::string step = "repair";
  if (adopted_) {
    return Outcome::skipped("repaired by " + adopted_->cell);
  }
  if (auto there = ensure_built(); !there) {
    return fail_step(step, std::move(there).error());
  }
  const auto archive = zip::ZipReader::open(built_);
  auto verdict = archive ? audit_for_cell(*archive, built_.filename().string(), planned_.cell.platform, options().audit)
                         : tl::unexpected(archive.error());
  if (!verdict) {
    return fail_step(step, with_context(std::move(verdict).error(), "auditing the wheel as built"));
  }
  log_->note(step, fmt::format("as built it meets {}", verdict->tag));
  for (const std::string& library : verdict->external) {
    log_->note(step, "to be grafted: " + library);
  }

  const matrix::RepairOptions& repair = options().repair;
  if (repair.command.mode == matrix::RepairMode::standard) {
    const auto retagged = retag_built(*verdict);
    if (retagged && *retagged) {
      return accept_repaired(step, {});
    }
    if (!retagged) {
      log_->note(step, "left to auditwheel: " + retagged.error().message);
    }
  }
  const std::string built = fmt::format("{}/{}", kBuilt, built_.filename().string());
  std::string command;
  switch (repair.command.mode) {
  case matrix::RepairMode::standard:
    command = host::shell_text(repair::auditwheel_command({built, kRepaired, planned_.cell.platform, excluded()}));
    break;
  case matrix::RepairMode::custom:
    command = matrix::fill_placeholders(
        matrix::joined(repair.command.lines),
        {{"wheel", built}, {"dest_dir", kRepaired}, {"project", kProject}, {"package", package_folder()}});
    break;
  case matrix::RepairMode::none:
    repaired_ = built_;
    break;
  }
  if (!command.empty()) {
    if (!container_has_built_) { // its build was done before, in another container
      if (auto copied = put_built_back(stop); !copied) {
        return fail_step(step, std::move(copied).error());
      }
    }
    const ScriptOptions script{.shown = command,
                               .python_path = python_folder(),
                               .environment = {},
                               .wheel_folder = own_folder() / "repaired",
                               .timeout = options().build.timeout};
    const Outcome done =
        run_script(step,
                   make_folders() + fmt::format("cd {}\n{}\n{}", kProject, command, matrix::kEndOnFailure) +
                       send_wheels(kRepaired),
                   script, stop);
    if (done.kind != Outcome::Kind::ok) {
      return done;
    }
    auto wheel = only_wheel(script.wheel_folder, "repair");
    if (!wheel) {
      return fail_step(step, std::move(wheel).error(), command, 0);
    }
    repaired_ = *std::move(wheel);
  }
  return accept_repaired(step, command);
}

schedule::TaskOutcome CellRun::audit() {
  const std::string step = "audit";
  if (adopted_) {
    return Outcome::skipped("audited by " + adopted_->cell);
  }
  if (auto there = ensure_repaired(); !there) {
    return fail_step(step, std::move(there).error());
  }
  const auto bytes = run_.files.read(repaired_); // once, for all that follows
  if (!bytes) {
    return fail_step(step, bytes.error());
  }
  const auto archive = zip::ZipReader::from_bytes(std::as_bytes(std::span(*bytes)));
  if (!archive) {
    return fail_step(step, with_context(archive.error(), repaired_.filename().string()));
  }
  const std::string name = installable_name(planned_, repaired_.filename().string());
  auto verdict = audit_for_cell(*archive, name, planned_.cell.platform, options().audit);
  if (!verdict) {
    return fail_step(step, std::move(verdict).error());
  }
  auto accelerator = check_accelerator(planned_, repaired_, verdict->report);
  if (!accelerator) {
    return fail_step(step, std::move(accelerator).error());
  }
  verdict->lines.insert(verdict->lines.end(), accelerator->lines.begin(), accelerator->lines.end());
  verdict->refusals.insert(verdict->refusals.end(), accelerator->refusals.begin(), accelerator->refusals.end());
  for (const std::string& line : verdict->lines) {
    log_->note(step, line);
  }
  {
    const std::scoped_lock lock(mutex_);
    wheel_ = WheelReport{
        repaired_.filename().string(), repaired_.string(), sha256(*bytes).hex(), bytes->size(), accelerator->tag, {}};
    audit_json_ = with_inspection(verdict->json, accelerator->json);
  }
  if (!verdict->refusals.empty()) {
    std::string message = verdict->refusals.front();
    if (verdict->refusals.size() > 1) {
      message += fmt::format(" (and {} more, in the log)", verdict->refusals.size() - 1);
    }
    return fail_step(step,
                     with_hint(fail("{}", message), "`wheelforge audit " + repaired_.string() + "` shows all").value());
  }
  return Outcome::ok();
}

schedule::TaskOutcome CellRun::test(const std::string& place, std::stop_token stop) {
  if (place == plan::kNoDevice || place == plan::kDevice) {
    return test_device(place, std::move(stop));
  }
  return run_test("test:" + place, place, nullptr, std::move(stop));
}

schedule::TaskOutcome CellRun::collect() {
  const std::string step = "collect";
  if (adopted_) {
    if (const auto now = shared_wheel(); now && !now->failed_step.empty()) {
      return share_failure(*now);
    }
    const std::scoped_lock lock(mutex_);
    wheel_ = WheelReport{adopted_->wheel.filename().string(),
                         (run_.output / adopted_->wheel.filename()).string(),
                         {},
                         0,
                         {},
                         adopted_->cell};
    return Outcome::skipped("collected by " + adopted_->cell);
  }
  if (auto there = ensure_repaired(); !there) {
    return fail_step(step, std::move(there).error());
  }
  const std::string name = repaired_.filename().string();
  if (const auto shared = run_.claims.shared_wheel(family(planned_.cell), planned_.cell.python.tag.minor.value_or(0));
      shared && shared->cell != planned_.cell.id.text && shared->wheel.filename().string() == name) {
    // Two cells of one family built the same abi3 wheel side by side: the first one's is kept, this one was a test.
    const std::scoped_lock lock(mutex_);
    if (wheel_) {
      wheel_->built_from = shared->cell;
    }
    return Outcome::skipped("the abi3 wheel of " + shared->cell + " is kept");
  }
  if (auto claimed = run_.claims.claim(name, planned_.cell.id.text); !claimed) {
    return fail_step(step, std::move(claimed).error());
  }
  if (auto published = run_.files.publish(repaired_, run_.output / name); !published) {
    return fail_step(step, std::move(published).error());
  }
  if (const auto digest = digests_.find(repaired_.string()); digest != digests_.end() && run_.store != nullptr) {
    run_.store->note_published(run_.output / name, digest->second);
  }
  const std::scoped_lock lock(mutex_);
  if (wheel_) {
    wheel_->path = (run_.output / name).string();
  }
  return Outcome::ok();
}

} // namespace wheelforge::pipeline
