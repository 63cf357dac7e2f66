// `wheelforge explain`: what a finding of the audit means and what to do about it.
#include "orchestrator/audit/finding.hpp"
#include "orchestrator/cli/command.hpp"
#include "orchestrator/cli/exit_code.hpp"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include <memory>

namespace wheelforge::cli {
namespace {

struct ExplainArguments {
  std::string code;
  bool all = false;
  bool markdown = false;
};

int run_explain(const ExplainArguments& arguments) {
  if (arguments.all && arguments.markdown) {
    fmt::print("{}", audit::findings_manual());
    return static_cast<int>(ExitCode::ok);
  }
  if (arguments.all) {
    for (const audit::FindingCode& code : audit::finding_codes()) {
      fmt::print("{:<26} {:<8} {}\n", code.name, audit::to_string(code.severity), code.title);
    }
    return static_cast<int>(ExitCode::ok);
  }
  const audit::FindingCode* code = audit::find_code(arguments.code);
  if (code == nullptr) {
    return report_error(with_hint(fail(ErrorKind::not_found, "'{}' is not the code of a finding", arguments.code),
                                  "wheelforge explain --all lists them")
                            .value());
  }
  fmt::print("{} ({})\n{}\n\n{}\n\nWhat to do: {}\n", code->name, audit::to_string(code->severity), code->title,
             code->meaning, code->hint);
  return static_cast<int>(ExitCode::ok);
}

} // namespace

void add_explain_command(CLI::App& app, Invocation& invocation) {
  auto arguments = std::make_shared<ExplainArguments>();
  CLI::App* command = app.add_subcommand("explain", "explain a finding of the audit by its code");
  CLI::Option* code = command->add_option("CODE", arguments->code, "as the audit prints it");
  CLI::Option* all = command->add_flag("--all", arguments->all, "list every code")->excludes(code);
  command->add_flag("--markdown", arguments->markdown, "with --all: the page docs/manual/findings.md")->needs(all);
  command->callback([&invocation, arguments, code, all] {
    if (code->count() + all->count() == 0) {
      throw CLI::RequiredError("CODE or --all");
    }
    invocation.run = [arguments] { return run_explain(*arguments); };
  });
}

} // namespace wheelforge::cli
