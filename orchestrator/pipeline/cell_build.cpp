// How a cell's wheel is made: the build environment, the back end, the tags where nothing is to be grafted.
#include "orchestrator/pipeline/cell_run.hpp"

#include "orchestrator/matrix/shell_text.hpp"
#include "orchestrator/pipeline/accelerator_step.hpp"
#include "orchestrator/pipeline/cell_toolchain.hpp"
#include "orchestrator/pipeline/compiler_cache.hpp"
#include "orchestrator/pipeline/container_layout.hpp"
#include "orchestrator/pipeline/front_end.hpp"
#include "orchestrator/pipeline/stable_abi_hint.hpp"
#include "orchestrator/pipeline/write_wheel.hpp"
#include "orchestrator/repair/retag.hpp"
#include "orchestrator/wheel/wheel_name.hpp"

#include "embedded/pipeline/build_environment.hpp"
#include "embedded/pipeline/build_hooks.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace wheelforge::pipeline {
namespace {

bool is_plain_linux(const wheel::WheelName& name) {
  return std::any_of(name.tags.platforms.begin(), name.tags.platforms.end(),
                     [](const tags::PlatformTag& tag) { return tag.family == tags::PlatformFamily::linux; });
}

} // namespace

std::string CellRun::build_environment_command(const std::string& wheel_folder) const {
  const matrix::BuildOptions& build = options().build;
  std::string command =
      choose_installer(build.frontend) +
      fmt::format("python -c {} {} {} {} {} {} \"$installer\" {} {}", matrix::quoted(embedded::build_environment()),
                  matrix::quoted(embedded::build_hooks()), matrix::quoted(package_folder()), kBuildEnvironment, kCache,
                  matrix::quoted(config_settings_json(build.config_settings)), matrix::quoted(wheel_folder),
                  build.network ? "on" : "off");
  if (wheel_folder.empty()) {
    for (const std::string& requirement : front_end_requirements(build.frontend)) {
      command += " " + matrix::quoted(requirement);
    }
  }
  return command + "\n";
}

Result<void> CellRun::leave_network(std::stop_token stop) {
  if (auto disconnected = container_->disconnect_network(std::move(stop)); !disconnected) {
    return tl::unexpected(with_context(std::move(disconnected).error(), "taking the build step off the network"));
  }
  return {};
}

void CellRun::note_compiler_cache(std::stop_token stop) {
  engine::ExecSpec spec;
  spec.argv = {"sh", "-c", compiler_cache_results_command()};
  if (const auto results = container_->exec(std::move(spec), {}, std::move(stop))) {
    const std::scoped_lock lock(mutex_);
    compiler_cache_ = parse_compiler_cache_results(results->out);
  }
}

schedule::TaskOutcome CellRun::make_wheel(int jobs, std::stop_token stop) {
  const matrix::BuildOptions& build = options().build;
  // The network of rootless podman's containers can only be kept from later commands: there two are needed.
  const bool calls_hooks = calls_hooks_directly(build.frontend) && (build.network || !run_.engine.info().rootless);
  ScriptOptions script{.shown = calls_hooks ? "build_wheel of the build back end" : "install the build requirements",
                       .python_path = python_folder(),
                       .environment = job_environment(jobs),
                       .wheel_folder = {},
                       .timeout = build.timeout};
  for (const auto& [name, value] : toolchain_jobs(run_, planned_, jobs)) {
    script.environment[name] = value;
  }
  const std::string before = make_folders() + (run_.compiler_cache ? compiler_cache_script() : "");
  const auto off_the_network = [this](std::stop_token when) { return leave_network(std::move(when)); };
  if (calls_hooks) {
    script.wheel_folder = own_folder() / "built";
    script.awaited = build.network ? "" : kNetworkCanGo;
    script.when_said = off_the_network;
    return run_script("build",
                      before + build_environment_command(kBuilt) + send_wheels(kBuilt) + remove_build_environment(),
                      script, stop);
  }
  if (Outcome filled = run_script("build", build_environment_command(""), script, stop);
      filled.kind != Outcome::Kind::ok) {
    return filled;
  }
  if (!build.network) {
    if (auto left = off_the_network(stop); !left) {
      return fail_step("build", std::move(left).error());
    }
  }
  script.shown = front_end_command(build, package_folder());
  script.python_path = fmt::format("{}/bin", kBuildEnvironment);
  script.environment["VIRTUAL_ENV"] = kBuildEnvironment;
  script.wheel_folder = own_folder() / "built";
  return run_script("build",
                    before + fmt::format("cd {}\n{}\n", package_folder(), script.shown) + send_wheels(kBuilt) +
                        remove_build_environment(),
                    script, stop);
}

Result<bool> CellRun::retag_built(const WheelVerdict& verdict) {
  const audit::AuditReport& report = verdict.report;
  const bool has_error = std::any_of(report.findings.begin(), report.findings.end(), [](const audit::Finding& finding) {
    return finding.severity == audit::Severity::error;
  });
  if (!report.auditwheel_tag || !report.external.empty() || has_error) {
    return false;
  }
  WF_TRY(const tags::PlatformTag met, tags::parse_platform_tag(*report.auditwheel_tag));
  const auto platforms = repair::tags_without_grafts(planned_.cell.platform, met);
  if (!platforms) {
    return false;
  }
  WF_TRY(const auto archive, zip::ZipReader::open(built_));
  WF_TRY(const auto retagged, repair::retag(archive, built_.filename().string(), *platforms));
  WF_TRY(repaired_, write_wheel(run_.files, retagged, own_folder() / "repaired"));
  log_->note("repair", fmt::format("nothing is to be grafted: tagged {}", repaired_.filename().string()));
  return true;
}

schedule::TaskOutcome CellRun::accept_repaired(const std::string& step, const std::string& command) {
  auto name = wheel::parse_wheel_name(repaired_.filename().string());
  if (!name) {
    return fail_step(step, std::move(name).error(), command);
  }
  if (is_plain_linux(*name)) {
    return fail_step(step,
                     with_hint(fail("{} is tagged for this machine only, {} was asked for",
                                    repaired_.filename().string(), planned_.cell.platform.text),
                               "repair.command must graft its libraries and give it a manylinux or musllinux tag; "
                               "leave it out to have that done")
                         .value(),
                     command);
  }
  auto labelled = label_wheel(run_.files, planned_, repaired_, own_folder() / "labelled");
  if (!labelled) {
    return fail_step(step, with_context(std::move(labelled).error(), "labelling the wheel"), command);
  }
  repaired_ = *std::move(labelled);
  if (const auto minor = stable_abi_minor(*name)) {
    if (auto offered = offer_to_family(*minor); !offered) {
      return fail_step(step, std::move(offered).error());
    }
  }
  return Outcome::ok();
}

} // namespace wheelforge::pipeline
