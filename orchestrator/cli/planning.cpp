// Puts the matrix, the images and this machine together.
#include "orchestrator/cli/planning.hpp"

#include "orchestrator/audit/finding.hpp"
#include "orchestrator/cli/image_sources.hpp"
#include "orchestrator/cli/reached_machines.hpp"
#include "orchestrator/cli/toolchain_sources.hpp"
#include "orchestrator/host/machine.hpp"
#include "orchestrator/matrix/expand.hpp"
#include "orchestrator/matrix/vocabulary.hpp"
#include "orchestrator/platform/python_release.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace wheelforge::cli {
namespace {

using tags::Architecture;

Result<Architecture> native_architecture() {
  const std::string name = host::machine_architecture();
  if (const auto arch = tags::find_architecture(name == "armv8l" ? "armv7l" : name)) {
    return *arch;
  }
  return fail(ErrorKind::usage, "this machine is {}, for which there are no manylinux or musllinux wheels", name);
}

/// What the catalogue says of the compiler in a cell's image; nothing for an image that is not in it.
std::optional<std::string> image_compiler(const plan::PlannedCell& cell) {
  for (const image::ImageFamily& family : image::known_catalog().families) {
    if (family.find(cell.cell.arch) == nullptr) {
      continue;
    }
    const image::ImageRef name = family.name(cell.cell.arch); // a mirror has the last part of the name
    const std::string last = name.repository.substr(name.repository.rfind('/')) + ":";
    const bool is_ours = cell.image.starts_with(to_string(name));
    const bool is_mirrored = family.origin == image::Origin::registry && cell.image.find(last) != std::string::npos;
    if (is_ours || is_mirrored) {
      return family.compiler;
    }
  }
  return std::nullopt;
}

/// Names that the matrix does not know are no interpreters of ours: an image may well have others.
std::vector<matrix::Interpreter> known_among(const std::vector<std::string>& names) {
  std::vector<matrix::Interpreter> result;
  for (const std::string& name : names) {
    if (const auto one = matrix::parse_interpreter(name)) {
      result.push_back(*one);
    }
  }
  return result;
}

tl::expected<plan::ServedImage, std::string> served_image(const image::ImageSources& sources,
                                                          const tags::PlatformTag& platform) {
  auto choice = image::image_for(sources, platform);
  if (!choice) {
    return tl::unexpected(std::move(choice).error());
  }
  std::string digest = std::exchange(choice->ref.digest, {});
  return plan::ServedImage{to_string(choice->ref), std::move(digest), known_among(choice->pythons),
                           choice->compiler,       choice->binutils,  choice->package_manager};
}

/// What `python = "auto"` stands for: the CPythons of the image, or all where those are not known, of which there has
/// been a final release.
std::vector<matrix::Interpreter> auto_pythons(const image::ImageSources& sources, const tags::PlatformTag& platform) {
  const auto image = served_image(sources, platform);
  const auto known = matrix::known_interpreters();
  std::vector<matrix::Interpreter> pythons =
      image && !image->pythons.empty() ? image->pythons : std::vector(known.begin(), known.end());
  std::erase_if(pythons, [](const matrix::Interpreter& one) {
    const auto& releases = platform::known_python_releases();
    const bool is_released =
        platform::find_python_release(releases, one.tag.major, one.tag.minor.value_or(0)) != nullptr;
    return !one.tag.is_cpython() || !is_released;
  });
  return pythons;
}

matrix::Vocabulary vocabulary_of(const Configuration& configuration) {
  matrix::Vocabulary vocabulary;
  for (const auto severity : {audit::Severity::note, audit::Severity::warning, audit::Severity::error}) {
    vocabulary.findings.emplace_back(to_string(severity));
  }
  for (const audit::FindingCode& code : audit::finding_codes()) {
    vocabulary.findings.emplace_back(code.name);
  }
  for (const image::TestImage& machine : image::known_catalog().tests) {
    vocabulary.test_machines.push_back(machine.name);
  }
  for (const auto& [group, requirements] : configuration.dependency_groups) {
    vocabulary.groups.push_back(group);
  }
  return vocabulary;
}

/// The plan as far as there can be one; whatever is wrong with the matrix in the light of images, project and machine
/// is added to the diagnostics.
plan::Plan checked_plan(const Configuration& configuration, const image::ImageSources& sources,
                        const toolchain::Toolchains& toolchains, Architecture native,
                        matrix::Diagnostics& diagnostics) {
  matrix::Surroundings surroundings;
  surroundings.native = native;
  surroundings.auto_platform = [&sources](Architecture arch) { return image::auto_platform(*sources.catalog, arch); };
  surroundings.auto_pythons = [&sources](const tags::PlatformTag& platform) { return auto_pythons(sources, platform); };
  surroundings.requires_python = configuration.facts.requires_python;
  surroundings.accelerator = [&toolchains](const std::string& wanted, Architecture arch) {
    const auto chosen = toolchain::choose(toolchains, wanted, arch);
    return chosen ? tl::expected<std::string, std::string>(chosen->recipe->id()) : tl::unexpected(chosen.error());
  };
  const matrix::Diagnostics words = check_words(configuration.matrix, vocabulary_of(configuration));
  diagnostics.insert(diagnostics.end(), words.begin(), words.end());
  auto planned = plan::make_plan(
      configuration.matrix, matrix::expand(configuration.matrix, surroundings, diagnostics),
      [&sources](const tags::PlatformTag& platform) { return served_image(sources, platform); },
      [&toolchains](const matrix::Cell& cell, const plan::ServedImage& image) {
        return planned_toolchain(toolchains, cell, image);
      },
      [day = today()](const matrix::Cell& cell) { return reached_machines(cell, day); });
  if (!planned) {
    diagnostics.insert(diagnostics.end(), planned.error().begin(), planned.error().end());
    return {};
  }
  return *std::move(planned);
}

} // namespace

Reported<plan::Plan> plan_cells(const host::FileSystem& files, const Configuration& configuration,
                                std::span<const std::string> only) {
  const auto native = native_architecture();
  if (!native) {
    return report(native.error());
  }
  matrix::Diagnostics diagnostics = configuration.diagnostics;
  const auto sources = image_sources(files, configuration, diagnostics);
  if (!sources) {
    return tl::unexpected(sources.error());
  }
  const auto toolchains = toolchain_sources(files, configuration);
  if (!toolchains) {
    return tl::unexpected(toolchains.error());
  }
  plan::Plan planned = checked_plan(configuration, *sources, *toolchains, *native, diagnostics);
  if (!diagnostics.empty()) {
    return report(diagnostics);
  }
  auto chosen = plan::choose_all_compilers(std::move(planned), configuration.matrix, {*native, image_compiler});
  if (!chosen) {
    return report(chosen.error());
  }
  auto selected = plan::select_only(*std::move(chosen), only);
  if (!selected) {
    return report(selected.error());
  }
  return *std::move(selected);
}

} // namespace wheelforge::cli
