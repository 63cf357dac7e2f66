// Collects what decides about images: the catalogue, the matrix file's tables, images.lock.
#include "orchestrator/cli/image_sources.hpp"

#include "orchestrator/host/machine.hpp"
#include "orchestrator/matrix/keys.hpp"
#include "orchestrator/plan/compilers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace wheelforge::cli {
namespace {

using tags::Architecture;

/// What is wrong with a mirror, at the place where it was written.
matrix::Diagnostics check_mirror(const matrix::MatrixFile& file) {
  const auto& any_image = image::known_catalog().families.front().name(Architecture::x86_64);
  const auto mirrored = image::through_mirror(any_image, file.images.mirror);
  const auto word = std::find_if(file.words.begin(), file.words.end(),
                                 [](const matrix::Word& one) { return one.key->path() == "images.mirror"; });
  if (mirrored || word == file.words.end()) {
    return {};
  }
  return {diagnose(*file.source, word->at, fmt::format("images.{}", mirrored.error().message))};
}

/// An architecture that has a machine of its own in [engine.hosts] counts as emulated too: its image is made here.
bool is_emulated(Architecture arch) {
  const std::string name = host::machine_architecture();
  const auto machine = tags::find_architecture(name == "armv8l" ? "armv7l" : name);
  return machine && !plan::runs_natively(*machine, arch);
}

} // namespace

std::filesystem::path lock_path(const Configuration& configuration) {
  return (configuration.folder / configuration.matrix.images.lock).lexically_normal();
}

Reported<image::ImageSources> image_sources(const host::FileSystem& files, const Configuration& configuration,
                                            matrix::Diagnostics& diagnostics) {
  const matrix::ImagesTable& table = configuration.matrix.images;
  image::ImageSources sources{&image::known_catalog(), {}, table.mirror, {}, is_emulated};
  const matrix::Diagnostics mirror = check_mirror(configuration.matrix);
  diagnostics.insert(diagnostics.end(), mirror.begin(), mirror.end());
  for (const matrix::ImageUse& use : table.use) {
    auto ref = image::parse_image_ref(use.reference);
    if (ref) {
      sources.use.emplace(use.platform, *std::move(ref));
    } else {
      diagnostics.push_back(diagnose(*configuration.matrix.source, use.at,
                                     fmt::format("images.use.{}: {}", use.platform, ref.error().message)));
    }
  }
  const std::filesystem::path path = lock_path(configuration);
  if (!files.exists(path)) {
    return sources;
  }
  const auto text = files.read(path);
  if (!text) {
    return report(text.error());
  }
  auto lock = image::parse_lock(*text, path.string());
  if (!lock) {
    return report(lock.error());
  }
  sources.lock = *std::move(lock);
  return sources;
}

Reported<image::ImageSources> load_image_sources(const host::FileSystem& files, const Configuration& configuration) {
  matrix::Diagnostics diagnostics;
  auto sources = image_sources(files, configuration, diagnostics);
  if (sources && !diagnostics.empty()) {
    return report(diagnostics);
  }
  return sources;
}

} // namespace wheelforge::cli
