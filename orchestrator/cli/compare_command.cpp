// `wheelforge compare OLD NEW`: what changed for those who use a wheel, a release or a library, and what that breaks.
#include "orchestrator/cli/command.hpp"
#include "orchestrator/cli/exit_code.hpp"
#include "orchestrator/cli/wheel_files.hpp"
#include "orchestrator/compare/release_difference.hpp"
#include "orchestrator/compare/render.hpp"
#include "orchestrator/zip/byte_source.hpp"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include <filesystem>
#include <memory>

namespace wheelforge::cli {
namespace {

namespace fs = std::filesystem;

struct CompareArguments {
  std::string before;
  std::string after;
  std::string fail_on = "never";
  bool json = false;
  bool all = false;
};

Result<compare::Artifact> read_artifact(const fs::path& path) {
  const std::string name = path.filename().string();
  if (path.extension() == ".whl") {
    WF_TRY_CONTEXT(const zip::ZipReader archive, zip::ZipReader::open(path), path.string());
    return compare::read_wheel(archive, name);
  }
  WF_TRY(const auto source, zip::ByteSource::file(path));
  std::vector<std::byte> bytes(source->size_bytes());
  WF_TRY(const auto whole, source->read(0, bytes.size(), bytes));
  return compare::read_library(name, whole);
}

/// A wheel or library is itself, a folder its wheels.
Result<std::vector<compare::Artifact>> read_side(const std::string& argument) {
  std::vector<compare::Artifact> artifacts;
  std::error_code error;
  if (fs::is_regular_file(argument, error)) {
    WF_TRY(compare::Artifact artifact, read_artifact(argument));
    artifacts.push_back(std::move(artifact));
    return artifacts;
  }
  WF_TRY(const std::vector<fs::path> files, find_wheel_files({argument}));
  for (const fs::path& file : files) {
    WF_TRY(compare::Artifact artifact, read_artifact(file));
    artifacts.push_back(std::move(artifact));
  }
  return artifacts;
}

Result<int> run_compare(const CompareArguments& arguments) {
  WF_TRY(std::vector<compare::Artifact> before, read_side(arguments.before));
  WF_TRY(std::vector<compare::Artifact> after, read_side(arguments.after));
  const compare::Comparison comparison =
      compare::compare_releases(fs::path(arguments.before).filename().string(), std::move(before),
                                fs::path(arguments.after).filename().string(), std::move(after));
  fmt::print("{}", arguments.json ? compare::to_json(comparison) : compare::to_text(comparison, arguments.all));
  const bool failed = arguments.fail_on == "breaking" && comparison.is_breaking();
  return static_cast<int>(failed ? ExitCode::audit_failed : ExitCode::ok);
}

} // namespace

void add_compare_command(CLI::App& app, Invocation& invocation) {
  auto arguments = std::make_shared<CompareArguments>();
  CLI::App* command = app.add_subcommand("compare", "say what a new wheel, release or library breaks for its users");
  command->add_option("OLD", arguments->before, "a wheel, a folder of wheels, or a shared library")->required();
  command->add_option("NEW", arguments->after, "the same of the new release")->required();
  command->add_flag("--json", arguments->json, "print JSON (docs/schema/compare.schema.json)");
  command->add_flag("--all", arguments->all, "show changes that break nothing and sizes by section too");
  command->add_option("--fail-on", arguments->fail_on, "breaking: exit with 4 where something breaks; never [never]")
      ->check(CLI::IsMember({"breaking", "never"}));
  command->callback([&invocation, arguments] {
    invocation.run = [arguments] {
      const auto ran = run_compare(*arguments);
      return ran ? *ran : report_error(ran.error());
    };
  });
}

} // namespace wheelforge::cli
