// Gives cells their images and steps.
#include "orchestrator/plan/plan.hpp"

#include "orchestrator/matrix/glob.hpp"
#include "orchestrator/matrix/nearest_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

namespace wheelforge::plan {
namespace {

using matrix::Cell;

/// Where a cell's wheel is tested: [test] on, each place once.
std::vector<std::string> places_of(const Cell& cell, const ReachedPlaces& reached) {
  std::vector<std::string> places;
  const auto add = [&places](std::string place) {
    if (std::find(places.begin(), places.end(), place) == places.end()) {
      places.push_back(std::move(place));
    }
  };
  for (const matrix::TestPlace& place : cell.options->test.on) {
    if (place.kind != matrix::TestPlace::Kind::reach) {
      add(to_string(place));
    } else if (reached) {
      for (std::string& one : reached(cell)) {
        add(std::move(one));
      }
    }
  }
  if (places.empty()) { // a wheel for machines that there are no images of is still tried somewhere
    add(to_string(matrix::TestPlace{}));
  }
  return places;
}

std::vector<Step> steps_of(const Cell& cell, const ReachedPlaces& reached) {
  const matrix::CellOptions& options = *cell.options;
  std::vector<Step> steps = {{StepKind::prepare, {}}};
  if (!options.build.before_all.empty()) {
    steps.push_back({StepKind::before_all, {}});
  }
  if (!options.build.before_build.empty()) {
    steps.push_back({StepKind::before_build, {}});
  }
  steps.push_back({StepKind::build, {}});
  steps.push_back({StepKind::repair, {}}); // also where nothing is grafted: there it is checked that nothing need be
  steps.push_back({StepKind::audit, {}});
  if (cell.is_tested) {
    for (std::string& place : places_of(cell, reached)) {
      steps.push_back({StepKind::test, std::move(place)});
    }
  }
  if (cell.is_tested && cell.accelerator != "cpu") {
    if (!options.accelerator.no_device.empty()) {
      steps.push_back({StepKind::test, std::string(kNoDevice)});
    }
    if (!options.accelerator.device.empty()) {
      steps.push_back({StepKind::test, std::string(kDevice)});
    }
  }
  steps.push_back({StepKind::collect, {}});
  return steps;
}

/// Looks each platform up once.
class Images {
public:
  explicit Images(const ImageLookup& lookup) : lookup_(lookup) {}

  const tl::expected<ServedImage, std::string>& for_platform(const tags::PlatformTag& platform) {
    const auto known = found_.find(platform.text);
    return known != found_.end() ? known->second : found_.emplace(platform.text, lookup_(platform)).first->second;
  }

private:
  const ImageLookup& lookup_;
  std::unordered_map<std::string, tl::expected<ServedImage, std::string>> found_;
};

PlannedCell planned(Cell cell, Images& images, const ToolchainCheck& toolchain_of, const ReachedPlaces& reached) {
  PlannedCell result;
  result.skip_reason = cell.skip_reason;
  const auto& image = images.for_platform(cell.platform);
  if (image) {
    result.image = image->reference;
    result.digest = image->digest;
    const auto& pythons = image->pythons;
    const bool has_python = pythons.empty() || std::find(pythons.begin(), pythons.end(), cell.python) != pythons.end();
    if (result.is_in() && !has_python) {
      result.skip_reason = fmt::format("the image has no {}", to_string(cell.python));
    }
  } else if (result.is_in()) {
    result.skip_reason = image.error();
  }
  if (result.is_in() && cell.accelerator != "cpu" && toolchain_of) {
    if (auto toolchain = toolchain_of(cell, *image); toolchain) {
      result.toolchain = *std::move(toolchain);
    } else {
      result.skip_reason = std::move(toolchain).error();
    }
  }
  if (result.is_in()) {
    result.steps = steps_of(cell, reached);
  }
  result.cell = std::move(cell);
  return result;
}

/// What the names of two wheels of one project differ in: Python, ABI and platform.
std::string file_tags(const Cell& cell) {
  return fmt::format("{}-{}-{}", tags::to_string(cell.python.tag), abi_of(cell.python).text, cell.platform.canonical());
}

void check_file_names(const matrix::SourceText& source, const Plan& plan, matrix::Diagnostics& diagnostics) {
  std::unordered_map<std::string, const Cell*> by_name;
  for (const PlannedCell& one : plan.cells) {
    if (!one.is_in()) {
      continue;
    }
    const std::string label = one.toolchain ? one.toolchain->label : std::string();
    const auto [before, is_new] = by_name.emplace(label + file_tags(one.cell), &one.cell);
    if (!is_new) {
      auto& diagnostic = diagnostics.emplace_back(
          matrix::diagnose(source, one.cell.at,
                           fmt::format("the cells {} and {} would both make NAME-VERSION-{}.whl",
                                       before->second->id.text, one.cell.id.text, file_tags(one.cell))));
      diagnostic.hint = "leave one of them out by [[matrix.exclude]]";
      if (one.cell.accelerator != "cpu") {
        diagnostic.hint += ", or tell them apart by [accelerator] label";
      }
    }
  }
}

} // namespace

std::size_t Plan::selected() const {
  return static_cast<std::size_t>(
      std::count_if(cells.begin(), cells.end(), [](const PlannedCell& one) { return one.is_in(); }));
}

matrix::Checked<Plan> make_plan(const matrix::MatrixFile& file, std::vector<Cell> cells, const ImageLookup& image_for,
                                const ToolchainCheck& toolchain_of, const ReachedPlaces& reached) {
  Plan plan;
  plan.cells.reserve(cells.size());
  matrix::Diagnostics diagnostics;
  Images images(image_for);
  for (Cell& cell : cells) {
    plan.cells.push_back(planned(std::move(cell), images, toolchain_of, reached));
    const PlannedCell& last = plan.cells.back();
    if (last.cell.is_included && last.cell.skip_reason.empty() && !last.is_in()) { // the others are told by expand()
      diagnostics.push_back(
          diagnose(*file.source, last.cell.at,
                   fmt::format("the included cell {} cannot be built: {}", last.cell.id.text, last.skip_reason)));
    }
  }
  check_file_names(*file.source, plan, diagnostics);
  if (!diagnostics.empty()) {
    return tl::unexpected(std::move(diagnostics));
  }
  return plan;
}

Result<Plan> choose_all_compilers(Plan plan, const matrix::MatrixFile& file, const Machines& machines) {
  for (PlannedCell& one : plan.cells) {
    for (const matrix::EngineHost& host : file.engine.hosts) {
      const bool builds_it = std::any_of(host.arch.begin(), host.arch.end(), [&one](const std::string& name) {
        return tags::find_machine(name) == one.cell.arch;
      });
      if (one.host.empty() && builds_it) {
        one.host = host.name;
      }
    }
    if (!one.is_in() || !one.host.empty()) {
      continue;
    }
    CompilerQuestion question{file.cross.compilers, machines.own, one.cell.platform, machines.image_compiler(one)};
    WF_TRY(one.compilers, choose_compilers(question));
  }
  return plan;
}

Result<Plan> select_only(Plan plan, std::span<const std::string> globs) {
  std::vector<matrix::Glob> compiled;
  for (const std::string& text : globs) {
    WF_TRY_CONTEXT(matrix::Glob glob, matrix::parse_glob(text), "--only");
    const bool is_used = std::any_of(plan.cells.begin(), plan.cells.end(),
                                     [&glob](const PlannedCell& one) { return glob.matches(one.cell.id.text); });
    if (!is_used) {
      std::vector<std::string> ids;
      for (const PlannedCell& one : plan.cells) {
        ids.push_back(one.cell.id.text);
      }
      const std::string nearest = matrix::nearest_name(text, ids);
      return with_hint(fail(ErrorKind::usage, "--only '{}' matches none of the {} cells", text, ids.size()),
                       nearest.empty() ? "wheelforge plan lists the cells"
                                       : fmt::format("did you mean '{}'?", nearest));
    }
    compiled.push_back(std::move(glob));
  }
  for (PlannedCell& one : plan.cells) {
    const bool is_named = globs.empty() || std::any_of(compiled.begin(), compiled.end(), [&one](const auto& glob) {
                            return glob.matches(one.cell.id.text);
                          });
    if (!is_named) {
      one.skip_reason = kNotSelected;
      one.steps.clear();
    }
  }
  return plan;
}

} // namespace wheelforge::plan
