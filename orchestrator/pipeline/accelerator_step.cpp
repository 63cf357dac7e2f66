// Labels and checks the wheels of accelerators.
#include "orchestrator/pipeline/accelerator_step.hpp"

#include "orchestrator/accelerator/inspection.hpp"
#include "orchestrator/accelerator/relabel.hpp"
#include "orchestrator/audit/audit.hpp"
#include "orchestrator/matrix/shell_text.hpp"
#include "orchestrator/pipeline/write_wheel.hpp"
#include "orchestrator/toolchain/compatible.hpp"

#include <fmt/format.h>

namespace wheelforge::pipeline {
namespace {

/// Ours, and the cell's own over them.
std::vector<toolchain::Recipe> recipes_of(const plan::PlannedCell& planned) {
  std::vector<toolchain::Recipe> recipes = toolchain::known_recipes();
  if (planned.toolchain) {
    recipes.push_back(*planned.toolchain->recipe);
  }
  return toolchain::sorted_recipes(std::move(recipes));
}

toolchain::Label label_of(const plan::PlannedCell& planned) {
  if (!planned.toolchain) {
    return {};
  }
  const auto kind = toolchain::find_label_kind(planned.cell.options->accelerator.label);
  return toolchain::label_of(*planned.toolchain->recipe, kind.value_or(toolchain::LabelKind::none));
}

/// The oldest glibc that the wheel can be used with: its own, its providers', and that of the toolchain's run time.
Result<std::optional<tags::LibcVersion>> floor_of(const plan::PlannedCell& planned, const zip::ZipReader& archive,
                                                  const std::filesystem::path& wheel) {
  const std::vector<toolchain::Recipe> recipes = recipes_of(planned);
  WF_TRY(const auto report, audit::audit_wheel(archive, wheel.filename().string()));
  accelerator::Expectation expected;
  expected.recipe = planned.toolchain->recipe.get();
  WF_TRY(const auto inspection, accelerator::inspect(archive, report, recipes, expected));
  const auto tag = tags::parse_platform_tag(inspection.tag);
  const bool has_floor = tag && tag->family == tags::PlatformFamily::manylinux;
  return has_floor ? std::optional(tag->version) : std::nullopt;
}

} // namespace

Result<std::filesystem::path> label_wheel(host::FileSystem& files, const plan::PlannedCell& planned,
                                          const std::filesystem::path& wheel, const std::filesystem::path& folder) {
  if (!planned.toolchain) {
    return wheel;
  }
  toolchain::Label label = label_of(planned);
  if (label.text.empty()) {
    label = {};
  }
  WF_TRY(const auto archive, zip::ZipReader::open(wheel));
  WF_TRY(const auto floor, floor_of(planned, archive, wheel));
  WF_TRY(const auto labelled, accelerator::relabel(archive, wheel.filename().string(), label, floor));
  if (labelled.file_name == wheel.filename()) {
    return wheel; // it has the label already
  }
  return write_wheel(files, labelled, folder);
}

std::string installable_name(const plan::PlannedCell& planned, std::string file_name) {
  const toolchain::Label label = label_of(planned);
  const std::string ending = "-" + label.text + ".whl";
  if (label.kind == toolchain::LabelKind::variant && file_name.ends_with(ending)) {
    file_name.replace(file_name.size() - ending.size(), ending.size(), ".whl");
  }
  return file_name;
}

Result<AcceleratorVerdict> check_accelerator(const plan::PlannedCell& planned, const std::filesystem::path& wheel,
                                             audit::AuditReport report) {
  report.wheel = wheel.filename().string(); // with its variant label
  const matrix::AcceleratorOptions& options = planned.cell.options->accelerator;
  const std::vector<toolchain::Recipe> recipes = recipes_of(planned);
  accelerator::Expectation expected;
  expected.size_limit = options.size_limit;
  if (planned.toolchain) {
    expected.recipe = planned.toolchain->recipe.get();
    expected.targets = toolchain::targets_of(*expected.recipe, options.targets);
    if (options.targets.empty()) {
      expected.targets.clear(); // nobody asked: what was built is what was wanted
    }
    expected.label = label_of(planned);
  }
  WF_TRY(const auto archive, zip::ZipReader::open(wheel));
  WF_TRY(const auto inspection, accelerator::inspect(archive, report, recipes, expected));
  AcceleratorVerdict verdict;
  verdict.tag = planned.toolchain ? inspection.tag : report.tag;
  verdict.json = accelerator::to_json(inspection);
  for (const auto& [target, code] : inspection.device.targets) {
    verdict.lines.push_back(fmt::format("device code for {}: {} objects, {} bytes", target, code.objects, code.bytes));
  }
  if (const auto& compressed = inspection.device.compressed; compressed.objects > 0) {
    verdict.lines.push_back(fmt::format("device code in {} compressed bundles, {} bytes: targets unknown",
                                        compressed.objects, compressed.bytes));
  }
  for (const std::string& layer : inspection.threading_layers) {
    verdict.lines.push_back("threading: " + layer);
  }
  if (!inspection.openmp_runtimes.empty()) {
    verdict.lines.push_back(fmt::format("OpenMP: {}", fmt::join(inspection.openmp_runtimes, ", ")));
  }
  for (const accelerator::Problem& problem : inspection.problems) {
    const std::string where = problem.path.empty() ? "" : problem.path + ": ";
    const std::string line = fmt::format("{}: {}{}", problem.code, where, problem.message);
    verdict.lines.push_back((problem.is_error ? "error " : "warning ") + line);
    // A missing library is the audit's affair, which knows better where systems have it.
    if (problem.is_error && problem.code != "missing-library") {
      verdict.refusals.push_back(line);
    }
  }
  if (!planned.toolchain && inspection.device.has_code()) {
    const auto& targets = inspection.device.targets;
    verdict.refusals.push_back(fmt::format("wrong-toolkit: a wheel of the accelerator cpu has device code for {}",
                                           targets.empty() ? "AMD's devices" : targets.begin()->first));
  }
  return verdict;
}

std::string with_inspection(const std::string& audit_json, const std::string& inspection) {
  const std::size_t brace = audit_json.find('{');
  WF_CHECK(brace != std::string::npos);
  return fmt::format("{}\"device\":{},{}", audit_json.substr(0, brace + 1), inspection, audit_json.substr(brace + 1));
}

matrix::ShellLines no_device_command(const plan::PlannedCell& planned) {
  const std::vector<std::string>& names = planned.toolchain->recipe->driver.no_device;
  const std::string wanted = fmt::format("{}", fmt::join(names, " or "));
  std::string cases;
  for (const std::string& name : names) {
    cases += (cases.empty() ? "" : "|") + name;
  }
  return {fmt::format("said=$( {{ {}\n}} )\nprintf '%s\\n' \"$said\"\ncase $(printf '%s\\n' \"$said\" | tail -n 1) in\n"
                      "{}) ;;\n*) echo {} >&2; exit 1 ;;\nesac",
                      matrix::joined(planned.cell.options->accelerator.no_device), cases.empty() ? "-" : cases,
                      matrix::quoted(fmt::format("the last line names no missing device, wanted {}", wanted)))};
}

std::string missing_device(const host::FileSystem& files, const plan::PlannedCell& planned) {
  const toolchain::Driver& driver = planned.toolchain->recipe->driver;
  for (const std::string& device : driver.devices) {
    if (files.exists(device)) {
      return {};
    }
  }
  return driver.devices.empty()
             ? fmt::format("{} has no devices", planned.toolchain->recipe->title)
             : fmt::format("this machine has no device: {} is missing", fmt::join(driver.devices, " or "));
}

} // namespace wheelforge::pipeline
