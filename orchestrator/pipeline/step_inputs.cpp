// Options, tree and images as inputs. Whoever adds something that a step depends on adds it here.
#include "orchestrator/pipeline/step_inputs.hpp"

#include "orchestrator/base/sha256.hpp"
#include "orchestrator/matrix/shell_text.hpp"
#include "orchestrator/pipeline/cell_findings.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

namespace wheelforge::pipeline {
namespace {

/// Variables in the order in which they are assigned, where that can make a difference.
void add_assignments(cache::StepInputs& inputs, const matrix::Assignments& assignments) {
  std::map<std::string, std::string> values;
  std::string order;
  bool refer_to_others = false;
  for (const matrix::Assignment& one : assignments) {
    std::string& value = values[one.name];
    value += value.empty() ? one.value : "\n" + one.value;
    order += (order.empty() ? "" : " ") + one.name;
    refer_to_others |= one.value.find('$') != std::string::npos;
  }
  inputs.add("environment", values);
  if (refer_to_others && values.size() > 1) {
    inputs.add("environment", "(order)", order);
  }
}

/// Variables of this machine: they may be secrets, so only their digests are kept.
void add_passed(cache::StepInputs& inputs, const std::vector<std::string>& names, const StepFacts& facts) {
  for (const std::string& name : names) {
    const auto value = facts.environment(name);
    inputs.add("environment", name, value ? "sha256:" + sha256(*value).hex() : "(unset)");
  }
}

std::string words(const std::vector<std::string>& list) { return fmt::format("{}", fmt::join(list, " ")); }

void add_source(cache::StepInputs& inputs, const StepFacts& facts) {
  inputs.add("source", "tree", facts.source);
  inputs.add("source", "package", facts.package);
  if (!facts.commit.empty()) { // back ends take versions and times from it
    inputs.add("source", "commit", facts.commit);
    inputs.add("source", "describe", facts.describe);
    inputs.add("source", "epoch", std::to_string(facts.epoch));
  }
}

void add_cell(cache::StepInputs& inputs, const plan::PlannedCell& cell) {
  inputs.add("cell", "python", matrix::to_string(cell.cell.python));
  inputs.add("cell", "platform", cell.cell.platform.text);
}

/// An input only where it says something, so that a new option does not change every key.
void add_if(cache::StepInputs& inputs, const std::string& area, const std::string& name, const std::string& value) {
  if (!value.empty()) {
    inputs.add(area, name, value);
  }
}

/// The toolchain's own bytes and what it compiles for; nothing for "cpu".
void add_toolchain(cache::StepInputs& inputs, const plan::PlannedCell& cell) {
  const matrix::AcceleratorOptions& options = cell.cell.options->accelerator;
  if (cell.toolchain) {
    inputs.add("toolchain", "digest", cell.toolchain->digest);
    add_if(inputs, "toolchain", "targets", words(options.targets));
  }
}

} // namespace

std::string image_name(const std::string& reference, const std::string& digest) {
  return digest.empty() ? reference : reference + "@" + digest;
}

bool is_machine(std::string_view place) {
  return place != "same" && place != plan::kNoDevice && place != plan::kDevice;
}

std::pair<std::string, std::string> image_of_place(const plan::PlannedCell& cell, const std::string& place) {
  if (!is_machine(place)) {
    return {cell.image, cell.digest};
  }
  if (place.starts_with("image:")) {
    return {place.substr(6), {}};
  }
  // wheelforge's own images of clean distributions: `wheelforge images build test-debian-12`.
  return {fmt::format("localhost/wheelforge/test-{}_{}", place, to_string(cell.cell.arch)), {}};
}

std::vector<std::string> image_names(const plan::PlannedCell& cell) {
  std::vector<std::string> names = {image_name(cell.image, cell.digest)};
  for (const plan::Step& step : cell.steps) {
    if (step.kind == plan::StepKind::test && step.place != "same") {
      const auto [reference, digest] = image_of_place(cell, step.place);
      names.push_back(image_name(reference, digest));
    }
  }
  return names;
}

std::optional<cache::StepInputs> before_all_inputs(const plan::PlannedCell& cell, const StepFacts& facts) {
  const auto image = facts.images->get(image_name(cell.image, cell.digest));
  if (!image) {
    return std::nullopt;
  }
  const matrix::BuildOptions& build = cell.cell.options->build;
  cache::StepInputs inputs;
  inputs.add("version", "", facts.version);
  inputs.add("image", "", *image);
  inputs.add("cell", "platform", cell.cell.platform.text);
  inputs.add("command", "before-all", matrix::joined(build.before_all));
  add_source(inputs, facts);
  add_assignments(inputs, build.environment);
  add_passed(inputs, build.environment_pass, facts);
  return inputs;
}

std::optional<cache::StepInputs> build_inputs(const plan::PlannedCell& cell, const StepFacts& facts) {
  const auto image = facts.images->get(image_name(cell.image, cell.digest));
  if (!image) {
    return std::nullopt;
  }
  const matrix::BuildOptions& build = cell.cell.options->build;
  cache::StepInputs inputs;
  inputs.add("version", "", facts.version);
  inputs.add("image", "", *image);
  add_cell(inputs, cell);
  inputs.add("toolchain", "", cell.cell.accelerator);
  add_toolchain(inputs, cell);
  if (cell.compilers.compilers != plan::Compilers::own) {
    inputs.add("toolchain", "compilers", std::string(to_string(cell.compilers.compilers)));
  }
  add_source(inputs, facts);
  add_if(inputs, "command", "before-all", matrix::joined(build.before_all));
  add_if(inputs, "command", "before-build", matrix::joined(build.before_build));
  inputs.add("command", "frontend", std::string(to_string(build.frontend.name)));
  add_if(inputs, "command", "frontend args", words(build.frontend.args));
  inputs.add("command", "verbosity", std::to_string(build.verbosity));
  inputs.add("command", "network", build.network ? "on" : "off");
  for (const matrix::ConfigSetting& setting : build.config_settings) {
    inputs.add("config-settings", setting.name, fmt::format("{}", fmt::join(setting.values, "\n")));
  }
  add_assignments(inputs, build.environment);
  add_passed(inputs, build.environment_pass, facts);
  return inputs;
}

std::optional<cache::StepInputs> repair_inputs(const plan::PlannedCell& cell, const StepFacts& facts,
                                               const std::string& wheel) {
  const auto build = build_inputs(cell, facts);
  if (!build) {
    return std::nullopt;
  }
  const matrix::RepairOptions& repair = cell.cell.options->repair;
  cache::StepInputs inputs;
  inputs.add("wheel", "", wheel);
  inputs.add("build", "", key_of(*build).hex());
  inputs.add("command", "exclude", words(repair.exclude));
  if (cell.toolchain) {
    add_if(inputs, "toolchain", "label", cell.toolchain->label);
  }
  switch (repair.command.mode) {
  case matrix::RepairMode::standard:
    inputs.add("command", "repair", "default");
    break;
  case matrix::RepairMode::none:
    inputs.add("command", "repair", "none");
    break;
  case matrix::RepairMode::custom:
    inputs.add("command", "repair", matrix::joined(repair.command.lines));
    break;
  }
  return inputs;
}

cache::StepInputs audit_inputs(const plan::PlannedCell& cell, const StepFacts& facts, const std::string& wheel) {
  const matrix::AuditOptions& audit = cell.cell.options->audit;
  cache::StepInputs inputs;
  inputs.add("version", "", facts.version);
  inputs.add("wheel", "", wheel);
  inputs.add("cell", "platform", cell.cell.platform.text);
  inputs.add("policy", "", audit.policy);
  inputs.add("fail-on", "", words(audit.fail_on));
  add_toolchain(inputs, cell);
  if (cell.toolchain) {
    add_if(inputs, "toolchain", "label", cell.toolchain->label);
  }
  if (const auto limit = cell.cell.options->accelerator.size_limit) {
    inputs.add("size-limit", "", std::to_string(*limit));
  }
  return inputs;
}

std::optional<cache::StepInputs> test_inputs(const plan::PlannedCell& cell, const StepFacts& facts,
                                             const std::string& place, const std::string& wheel, TestedWheel whose) {
  const auto [reference, digest] = image_of_place(cell, place);
  const auto image = facts.images->get(image_name(reference, digest));
  if (!image || place == plan::kDevice) { // whether there is a device is looked for each time
    return std::nullopt;
  }
  const matrix::TestOptions& test = cell.cell.options->test;
  cache::StepInputs inputs;
  inputs.add("version", "", facts.version);
  inputs.add("wheel", "", wheel);
  add_if(inputs, "wheel", "of another cell", whose == TestedWheel::adopted ? "yes" : "");
  inputs.add("image", "", *image);
  inputs.add("place", "", place);
  inputs.add("cell", "python", matrix::to_string(cell.cell.python));
  inputs.add("toolchain", "", cell.cell.accelerator);
  if (cell.toolchain && !cell.toolchain->recipe->driver.run_time.empty()) { // else tests see nothing of it
    inputs.add("toolchain", "digest", cell.toolchain->digest);
  }
  const std::string commands = matrix::joined(test.before) + "\n" + matrix::joined(test.command);
  add_if(inputs, "command", "before", matrix::joined(test.before));
  add_if(inputs, "command", "test",
         matrix::joined(place == plan::kNoDevice ? cell.cell.options->accelerator.no_device : test.command));
  add_if(inputs, "requirements", "requires", words(test.requires_));
  add_if(inputs, "requirements", "extras", words(test.extras));
  for (const std::string& group : test.groups) {
    const auto resolved = facts.dependency_groups.find(group);
    inputs.add("requirements", "group " + group,
               resolved == facts.dependency_groups.end() ? "(unknown)" : words(resolved->second));
  }
  if (matrix::has_placeholder(commands, "project") || matrix::has_placeholder(commands, "package")) {
    inputs.add("source", "tree", facts.source);
    inputs.add("source", "package", facts.package);
  }
  if (!test.sources.empty()) {
    inputs.add("source", "test sources", words(test.sources) + " " + facts.digest_of_sources(test.sources));
  }
  add_assignments(inputs, test.environment);
  add_passed(inputs, cell.cell.options->build.environment_pass, facts);
  if (is_machine(place) && refuses_disagreements(cell.cell.options->audit)) {
    inputs.add("fail-on", "", kNotAsPredicted); // what was let pass without it is looked at again
  }
  return inputs;
}

} // namespace wheelforge::pipeline
