// Puts the matrix, the images and this machine together.
#include "orchestrator/cli/planning.hpp"

#include "orchestrator/cli/image_sources.hpp"
#include "orchestrator/host/machine.hpp"
#include "orchestrator/matrix/expand.hpp"

#include <fmt/format.h>

#include <map>

namespace wheelforge::cli {
namespace {

using tags::Architecture;

std::vector<matrix::Interpreter> interpreters_of(const std::vector<std::string>& names) {
  std::vector<matrix::Interpreter> interpreters;
  for (const std::string& name : names) {
    if (const auto interpreter = matrix::parse_interpreter(name)) {
      interpreters.push_back(*interpreter);
    }
  }
  return interpreters;
}

/// Looks images up, each platform once: a matrix has few platforms and many cells.
class ImageFinder {
public:
  explicit ImageFinder(const image::ImageSources& sources) : sources_(sources) {}

  const tl::expected<plan::ServedImage, std::string>& find(const tags::PlatformTag& platform) {
    const auto [at, is_new] = found_.try_emplace(platform.text);
    if (is_new) {
      at->second = image::image_for(sources_, platform).map([](const image::ImageChoice& choice) {
        image::ImageRef by_tag = choice.ref;
        by_tag.digest.clear();
        return plan::ServedImage{to_string(by_tag), choice.ref.digest, interpreters_of(choice.pythons)};
      });
    }
    return at->second;
  }

private:
  const image::ImageSources& sources_;
  std::map<std::string, tl::expected<plan::ServedImage, std::string>> found_;
};

/// What `python = "auto"` takes of an image: the released CPythons it has, or all there are where that is not known.
std::vector<matrix::Interpreter> released_cpythons(std::span<const matrix::Interpreter> interpreters) {
  constexpr int kFirstUnreleased = 15;
  std::vector<matrix::Interpreter> result;
  for (const matrix::Interpreter& one : interpreters.empty() ? matrix::known_interpreters() : interpreters) {
    if (one.tag.is_cpython() && one.tag.minor < kFirstUnreleased) {
      result.push_back(one);
    }
  }
  return result;
}

Result<Architecture> native_architecture() {
  const std::string name = host::machine_architecture();
  if (const auto arch = tags::find_architecture(name == "armv8l" ? "armv7l" : name)) {
    return *arch;
  }
  return fail(ErrorKind::usage, "this machine is {}, for which there are no manylinux or musllinux wheels", name);
}

} // namespace

Reported<plan::Plan> plan_cells(const Configuration& configuration, std::span<const std::string> only) {
  const auto native = native_architecture();
  if (!native) {
    return report(native.error());
  }
  const auto sources = load_image_sources(*host::make_file_system(), configuration);
  if (!sources) {
    return tl::unexpected(sources.error());
  }
  ImageFinder images(*sources);
  matrix::Surroundings surroundings;
  surroundings.native = *native;
  surroundings.auto_platform = [](Architecture arch) { return image::auto_platform(image::known_catalog(), arch); };
  surroundings.auto_pythons = [&images](const tags::PlatformTag& platform) {
    const auto& served = images.find(platform);
    return released_cpythons(served ? served->pythons : std::vector<matrix::Interpreter>());
  };
  surroundings.requires_python = configuration.facts.requires_python;
  auto cells = matrix::expand(configuration.matrix, surroundings);
  if (!cells) {
    return report(cells.error());
  }
  const auto lookup = [&images](const tags::PlatformTag& platform) { return images.find(platform); };
  auto planned = plan::make_plan(configuration.matrix, *std::move(cells), lookup);
  if (!planned) {
    return report(planned.error());
  }
  auto selected = plan::select_only(*std::move(planned), only);
  if (!selected) {
    return report(selected.error());
  }
  return *std::move(selected);
}

} // namespace wheelforge::cli
