// Wheels and releases side by side: which file belongs to which, and what METADATA and tags say.
#pragma once

#include "orchestrator/base/error.hpp"
#include "orchestrator/compare/change.hpp"
#include "orchestrator/compare/interface.hpp"
#include "orchestrator/zip/zip_reader.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::compare {

/// One wheel, or one ELF file that stands alone.
struct Artifact {
  std::string name; ///< file name
  bool is_wheel = false;
  std::vector<std::string> tags; ///< triples, sorted
  std::string requires_python;
  std::vector<std::string> requires_dist; ///< sorted
  std::vector<Interface> files;           ///< sorted by path
};

/// Reads a wheel. Fails when the archive's bytes cannot be read.
[[nodiscard]] Result<Artifact> read_wheel(const zip::ZipReader& archive, std::string_view file_name);

/// A library as an artefact of its own. Fails (kind invalid_data) where the bytes are no ELF file.
[[nodiscard]] Result<Artifact> read_library(std::string_view file_name, std::span<const std::byte> bytes);

/// Compares two releases: wheels of the same Python, ABI, C library and architecture belong together.
[[nodiscard]] Comparison compare_releases(std::string before_name, std::vector<Artifact> before, std::string after_name,
                                          std::vector<Artifact> after);

} // namespace wheelforge::compare
