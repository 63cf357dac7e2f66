// `wheelforge plan`: every cell of the matrix, with its image and steps or the reason why it is left out.
#include "orchestrator/cli/command.hpp"
#include "orchestrator/cli/exit_code.hpp"
#include "orchestrator/cli/planning.hpp"
#include "orchestrator/cli/run_inputs.hpp"
#include "orchestrator/host/terminal.hpp"
#include "orchestrator/pipeline/expected_time.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <memory>

namespace wheelforge::cli {
namespace {

struct PlanOptions {
  std::string folder = ".";
  std::string config;
  std::vector<std::string> only;
  bool json = false;
  bool explain = false;
};

/// The plan with the times that earlier runs of this checkout let expect; as it is where there were none.
plan::Plan with_times(const host::FileSystem& files, const Configuration& configuration, plan::Plan plan) {
  const auto journal = schedule::Journal::read_only(files, configuration.project / ".wheelforge" / "journal");
  return journal ? pipeline::with_expected_times(std::move(plan), *journal) : plan;
}

int run_plan(const PlanOptions& options) {
  ConfigurationChoice choice;
  choice.folder = options.folder;
  if (!options.config.empty()) {
    choice.file = options.config;
  }
  const auto files = host::make_file_system();
  const auto configuration = load_configuration(*files, choice);
  if (!configuration) {
    return static_cast<int>(configuration.error());
  }
  auto planned = plan_cells(*files, *configuration, options.only);
  if (!planned) {
    return static_cast<int>(planned.error());
  }
  constexpr int kLeastColumns = 40;
  *planned = with_times(*files, *configuration, *std::move(planned));
  const int columns = std::max(host::inspect_terminal(1).columns, kLeastColumns);
  fmt::print("{}", options.json ? plan::to_json(*planned) : plan::render(*planned, static_cast<std::size_t>(columns)));
  if (planned->selected() == 0) {
    fmt::print(stderr, "wheelforge: no cell is selected\n");
    return static_cast<int>(ExitCode::nothing_selected);
  }
  if (options.explain) {
    if (const auto printed = print_outlook(*files, *host::make_clock(), *configuration, *planned); !printed) {
      return report_error(printed.error());
    }
  }
  return static_cast<int>(ExitCode::ok);
}

} // namespace

void add_plan_command(CLI::App& app, Invocation& invocation) {
  auto options = std::make_shared<PlanOptions>();
  CLI::App* command =
      app.add_subcommand("plan", "print every cell of the matrix: its image and steps, or why it is left out");
  command->add_option("DIR", options->folder, "the project's folder")->capture_default_str();
  command->add_option("--config", options->config, "a matrix file other than the project's own");
  command->add_option("--only", options->only, "globs of the cells to build")->allow_extra_args(false);
  auto* json = command->add_flag("--json", options->json, "print the plan as JSON");
  command->add_flag("--explain", options->explain, "say for every step whether a build would run it, and why")
      ->excludes(json);
  command->callback([options, &invocation] { invocation.run = [options] { return run_plan(*options); }; });
}

} // namespace wheelforge::cli
