// What `wheelforge images build` does: runs the built-in recipe.
#pragma once

#include "orchestrator/engine/container_engine.hpp"
#include "orchestrator/host/file_system.hpp"
#include "orchestrator/host/process_runner.hpp"

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

namespace wheelforge::cli {

/// An image to be made from Debian packages.
struct ImageBuild {
  std::string recipe;           ///< "debian-11"
  std::string arch;             ///< "x86_64"
  std::string engine = "auto";  ///< "docker", "podman", "auto"; "none": only `output`
  std::filesystem::path output; ///< a docker-archive to write as well; may be empty
  bool fresh = false;           ///< make it although it is there, and nothing from the cache
};

/// The words that the recipe's program is started with.
[[nodiscard]] std::vector<std::string> recipe_arguments(const ImageBuild& build);

/// Unpacks the recipe into a folder of its own and runs it there; its progress goes to stderr. Returns the image's
/// reference. Fails where the recipe does, with its last lines.
[[nodiscard]] Result<std::string> build_image(const ImageBuild& build, host::FileSystem& files,
                                              host::ProcessRunner& runner, std::stop_token stop);

} // namespace wheelforge::cli
