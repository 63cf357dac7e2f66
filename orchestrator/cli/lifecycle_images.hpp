// `wheelforge lifecycle --images`: what changed between two images, or between the images of two locks.
#pragma once

#include "orchestrator/base/error.hpp"

#include <filesystem>
#include <string>

namespace wheelforge::cli {

/// What to compare and how to say it.
struct ImagesComparison {
  std::string before; ///< a reference, or an images.lock
  std::string after;
  std::string engine;         ///< "docker", "podman" or "auto"
  std::filesystem::path data; ///< where answers of pinned images are kept
  bool json = false;
};

/// Asks the images what they hold, pulling what is not there, and returns the changes as text or JSON. What a digest
/// holds is asked once and kept, so that it can still be compared when its registry has forgotten it.
[[nodiscard]] Result<std::string> compare_images(const ImagesComparison& comparison);

} // namespace wheelforge::cli
