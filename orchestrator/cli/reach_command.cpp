// `wheelforge reach`: whom a release reaches, and what dropping or adding a tag changes.
#include "orchestrator/cli/command.hpp"
#include "orchestrator/cli/exit_code.hpp"
#include "orchestrator/cli/reach_text.hpp"
#include "orchestrator/cli/reached_machines.hpp"
#include "orchestrator/cli/release_files.hpp"
#include "orchestrator/host/file_system.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <memory>

namespace wheelforge::cli {
namespace {

struct ReachCommandOptions {
  std::vector<std::string> inputs;
  std::vector<std::string> targets;
  std::vector<std::string> arches;
  std::vector<std::string> pythons;
  std::vector<std::string> drop;
  std::vector<std::string> add;
  std::string shares;
  bool ended = false;
  bool json = false;
};

Result<resolve::ReachOptions> measure_options(const ReachCommandOptions& options) {
  resolve::ReachOptions out{today(), options.ended, options.arches, {}, options.targets};
  for (const std::string& text : options.pythons) {
    WF_TRY(resolve::Interpreter python, resolve::parse_interpreter(text));
    out.pythons.push_back(python);
  }
  return out;
}

Result<void> run(const ReachCommandOptions& options) {
  const std::unique_ptr<host::FileSystem> files = host::make_file_system();
  WF_TRY(const std::vector<resolve::ReleaseFile> release, read_release_files(*files, options.inputs));
  if (const std::vector<std::string> projects = projects_of(release); projects.size() > 1) {
    return fail(ErrorKind::usage, "the files belong to {} projects ({}), wanted one release", projects.size(),
                fmt::join(projects, ", "));
  }
  platform::DownloadShares shares = platform::known_download_shares();
  if (!options.shares.empty()) {
    WF_TRY(const std::string text, files->read(options.shares));
    WF_TRY_CONTEXT(shares, platform::parse_download_shares(text), options.shares);
  }
  WF_TRY(resolve::ReachOptions measure, measure_options(options));
  ReachReport report;
  report.shares = &shares;
  report.distributions = &platform::known_distributions();
  report.today = measure.today;
  report.change = {options.drop, options.add};
  WF_TRY(report.before, resolve::measure_reach(release, *report.distributions, shares, measure));
  if (!report.change.empty()) {
    WF_TRY(const std::vector<resolve::ReleaseFile> changed, resolve::apply_change(release, report.change));
    for (const auto& [arch, percent] : report.before.percent) { // the same grid before and after
      measure.arches.push_back(arch);
    }
    measure.pythons.clear();
    for (const std::string& text : report.before.pythons) {
      WF_TRY(resolve::Interpreter python, resolve::parse_interpreter(text));
      measure.pythons.push_back(python);
    }
    WF_TRY(report.after, resolve::measure_reach(changed, *report.distributions, shares, measure));
  }
  fmt::print("{}", options.json ? render_reach_json(report) : render_reach(report));
  return {};
}

} // namespace

void add_reach_command(CLI::App& app, Invocation& invocation) {
  auto options = std::make_shared<ReachCommandOptions>();
  CLI::App* command = app.add_subcommand("reach", "say which distributions, Pythons and installs a release reaches");
  command->add_option("files", options->inputs, "wheels, a folder with wheels, or saved index pages (.html, .json)")
      ->required();
  command->add_option("--drop", options->drop, "what if this tag were dropped: manylinux2014, manylinux_2_28_aarch64")
      ->delimiter(',')
      ->allow_extra_args(false);
  command->add_option("--add", options->add, "what if this tag were added")->delimiter(',')->allow_extra_args(false);
  command->add_option("--target", options->targets, "distributions (default: all that are still supported)")
      ->delimiter(',')
      ->allow_extra_args(false);
  command->add_option("--arch", options->arches, "architectures (default: those of the wheels)")
      ->delimiter(',')
      ->allow_extra_args(false);
  command->add_option("--python", options->pythons, "Pythons (default: the supported ones and those of the wheels)")
      ->delimiter(',')
      ->allow_extra_args(false);
  command->add_flag("--ended", options->ended, "also distributions whose support has ended");
  command->add_option("--shares", options->shares, "a newer file of download shares instead of the built-in snapshot");
  command->add_flag("--json", options->json, "print JSON");
  command->callback([options, &invocation] {
    invocation.run = [options] {
      const Result<void> done = run(*options);
      return done ? static_cast<int>(ExitCode::ok) : report_error(done.error());
    };
  });
}

} // namespace wheelforge::cli
