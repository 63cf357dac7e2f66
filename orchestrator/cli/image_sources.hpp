// From a configuration to what decides about images: the catalogue, the lock, the mirror and the user's own.
#pragma once

#include "orchestrator/cli/configuration.hpp"
#include "orchestrator/image/image_for.hpp"

namespace wheelforge::cli {

/// Where the configuration's images.lock is.
[[nodiscard]] std::filesystem::path lock_path(const Configuration& configuration);

/// The catalogue with what the matrix file and images.lock say about images. What is wrong in the matrix file is added
/// to `diagnostics`; a broken lock stands on stderr.
[[nodiscard]] Reported<image::ImageSources>
image_sources(const host::FileSystem& files, const Configuration& configuration, matrix::Diagnostics& diagnostics);

/// The same for who has nothing else to check: reads the lock (none is fine) and the tables of the matrix; errors stand
/// on stderr.
[[nodiscard]] Reported<image::ImageSources> load_image_sources(const host::FileSystem& files,
                                                               const Configuration& configuration);

} // namespace wheelforge::cli
