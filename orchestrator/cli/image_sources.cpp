// Collects what decides about images.
#include "orchestrator/cli/image_sources.hpp"

namespace wheelforge::cli {

std::filesystem::path lock_path(const Configuration& configuration) {
  return configuration.folder / configuration.matrix.images.lock;
}

Reported<image::ImageSources> load_image_sources(const host::FileSystem& files, const Configuration& configuration) {
  const matrix::ImagesTable& table = configuration.matrix.images;
  image::ImageSources sources;
  sources.catalog = &image::known_catalog();
  sources.mirror = table.mirror;
  matrix::Diagnostics diagnostics;
  for (const matrix::ImageUse& use : table.use) {
    if (auto ref = image::parse_image_ref(use.reference)) {
      sources.use[use.platform] = *std::move(ref);
    } else {
      diagnostics.push_back(matrix::diagnose(*configuration.matrix.source, use.at, ref.error().message));
    }
  }
  if (!diagnostics.empty()) {
    return report(diagnostics);
  }
  const std::filesystem::path path = lock_path(configuration);
  const auto text = files.read(path);
  if (!text) {
    if (text.error().kind == ErrorKind::not_found) {
      return sources;
    }
    return report(text.error());
  }
  auto lock = image::parse_lock(*text, path.lexically_relative(configuration.folder).string());
  if (!lock) {
    return report(lock.error());
  }
  sources.lock = *std::move(lock);
  return sources;
}

} // namespace wheelforge::cli
