// `wheelforge accelerator`: where a wheel's libraries come from, what its device code is for, what it weighs.
#include "orchestrator/accelerator/inspection.hpp"
#include "orchestrator/accelerator/relabel.hpp"
#include "orchestrator/audit/audit.hpp"
#include "orchestrator/cli/command.hpp"
#include "orchestrator/cli/exit_code.hpp"
#include "orchestrator/cli/toolchain_sources.hpp"
#include "orchestrator/cli/wheel_files.hpp"
#include "orchestrator/toolchain/compatible.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <thread>

namespace wheelforge::cli {
namespace {

namespace fs = std::filesystem;

struct AcceleratorArguments {
  std::vector<std::string> wheels;
  std::string project = ".";
  std::string toolchain;
  std::vector<std::string> targets;
  std::string label = "none";
  std::uint64_t size_limit = 0;
  std::string against;
  std::string write_to;
  bool json = false;
};

Result<toolchain::Label> label_of(const AcceleratorArguments& arguments, const toolchain::Recipe* recipe) {
  const auto kind = toolchain::find_label_kind(arguments.label);
  if (!kind) {
    return fail(ErrorKind::usage, "--label {}: wanted none, local, suffix, build-tag or variant", arguments.label);
  }
  if (*kind == toolchain::LabelKind::none) {
    return toolchain::Label{};
  }
  if (recipe == nullptr) {
    return with_hint(fail(ErrorKind::usage, "--label needs to know of which toolchain"), "say --toolchain cuda-13.5");
  }
  return toolchain::label_of(*recipe, *kind);
}

/// The wheel with its label, written into a folder.
Result<fs::path> write_labelled(const fs::path& wheel, const toolchain::Label& label, const fs::path& folder) {
  const auto files = host::make_file_system();
  WF_TRY(const auto archive, zip::ZipReader::open(wheel));
  WF_TRY(const auto labelled, accelerator::relabel(archive, wheel.filename().string(), label));
  const fs::path target = folder / labelled.file_name;
  WF_TRY(const auto writer, files->open_writer(target, host::OpenMode::truncate));
  WF_TRY_VOID(labelled.archive.write([&](std::span<const std::byte> bytes) {
    return writer->write({reinterpret_cast<const char*>(bytes.data()), bytes.size()}); // NOLINT: char view
  }));
  return target;
}

Result<accelerator::Inspection> inspect_file(const fs::path& file, const std::vector<toolchain::Recipe>& recipes,
                                             const accelerator::Expectation& expected) {
  WF_TRY(const auto archive, zip::ZipReader::open(file));
  Result<audit::AuditReport> audited = fail("not audited");
  audit::ReadingCrew crew(std::max(1U, std::thread::hardware_concurrency()));
  crew.run(1, [&](std::size_t, audit::ReadingMemory& memory) {
    audit::AuditOptions options;
    options.crew = &crew;
    options.memory = &memory;
    audited = audit::audit_wheel(archive, file.filename().string(), options);
  });
  WF_TRY(const auto report, std::move(audited));
  return accelerator::inspect(archive, report, recipes, expected);
}

Result<int> run_accelerator(const AcceleratorArguments& arguments) {
  const auto files = host::make_file_system();
  WF_TRY(const auto toolchains, toolchains_in(*files, arguments.project));
  accelerator::Expectation expected;
  if (!arguments.toolchain.empty()) {
    const auto chosen = toolchain::choose(toolchains, arguments.toolchain, tags::Architecture::x86_64);
    if (!chosen) {
      return fail(ErrorKind::usage, "{}", chosen.error());
    }
    expected.recipe = chosen->recipe;
    expected.targets = arguments.targets;
  }
  WF_TRY(expected.label, label_of(arguments, expected.recipe));
  if (arguments.size_limit > 0) {
    expected.size_limit = arguments.size_limit;
  }
  if (!arguments.against.empty()) {
    std::error_code error;
    const auto size = fs::file_size(arguments.against, error);
    if (error) {
      return fail(ErrorKind::not_found, "{}: {}", arguments.against, error.message());
    }
    expected.size_before = size;
  }
  WF_TRY(std::vector<fs::path> wheels, find_wheel_files(arguments.wheels));
  std::string json;
  bool failed = false;
  for (fs::path& wheel : wheels) {
    if (!arguments.write_to.empty()) {
      WF_TRY(wheel, write_labelled(wheel, expected.label, arguments.write_to));
    }
    WF_TRY_CONTEXT(const auto inspection, inspect_file(wheel, toolchains.recipes, expected), wheel.string());
    failed = failed || std::any_of(inspection.problems.begin(), inspection.problems.end(),
                                   [](const accelerator::Problem& problem) { return problem.is_error; });
    if (arguments.json) {
      json += (json.empty() ? "" : ",") + accelerator::to_json(inspection);
    } else {
      fmt::print("{}", accelerator::to_text(inspection));
    }
  }
  if (arguments.json) {
    fmt::print("{{\"schema\":1,\"wheels\":[{}]}}\n", json);
  }
  return static_cast<int>(failed ? ExitCode::audit_failed : ExitCode::ok);
}

} // namespace

void add_accelerator_command(CLI::App& app, Invocation& invocation) {
  auto arguments = std::make_shared<AcceleratorArguments>();
  CLI::App* command = app.add_subcommand(
      "accelerator", "say where a wheel's libraries come from, which devices its code is for, and what it weighs");
  command->add_option("WHEEL", arguments->wheels, "wheels, folders of wheels, or patterns")->required();
  command->add_option("--toolchain", arguments->toolchain, "what the wheel was built with, such as cuda-13");
  command->add_option("--targets", arguments->targets, "devices that it must have code for: sm_80,sm_90")
      ->delimiter(',')
      ->allow_extra_args(false);
  command->add_option("--label", arguments->label, "the label that it must have: local, suffix, build-tag, variant");
  command->add_option("--write", arguments->write_to,
                      "write the wheel with that label into this folder, and inspect it");
  command->add_option("--size-limit", arguments->size_limit, "largest size in bytes (or 100MiB)")
      ->transform(CLI::AsSizeValue(false));
  command->add_option("--against", arguments->against, "the last release's wheel, to tell the growth");
  command->add_option("--project", arguments->project, "a checkout with recipes of its own")->capture_default_str();
  command->add_flag("--json", arguments->json, "print JSON");
  command->callback([&invocation, arguments] {
    invocation.run = [arguments] {
      const auto ran = run_accelerator(*arguments);
      return ran ? *ran : report_error(ran.error());
    };
  });
}

} // namespace wheelforge::cli
