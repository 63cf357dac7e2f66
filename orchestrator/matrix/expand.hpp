// From a matrix file to its cells: products, includes, excludes and overrides.
#pragma once

#include "orchestrator/matrix/cell.hpp"
#include "orchestrator/matrix/matrix_file.hpp"
#include "orchestrator/matrix/requires_python.hpp"

#include <functional>
#include <optional>
#include <vector>

namespace wheelforge::matrix {

/// What the values "auto" and "native" of a matrix stand for, and what the project allows. All functions are pure.
struct Surroundings {
  tags::Architecture native = tags::Architecture::x86_64; ///< of this machine
  /// platform = "auto": what the local baseline image serves; absent: no image is local to that architecture.
  std::function<std::optional<tags::PlatformTag>(tags::Architecture)> auto_platform;
  /// python = "auto": the interpreters of the image that serves this platform.
  std::function<std::vector<Interpreter>(const tags::PlatformTag&)> auto_pythons;
  std::optional<RequiresPython> requires_python; ///< of the project
  /// What an accelerator of the matrix stands for on an architecture: "cuda-13" → "cuda-13.5", or in one sentence why
  /// it stands for nothing; absent: there are no recipes.
  std::function<tl::expected<std::string, std::string>(const std::string&, tags::Architecture)> accelerator;
};

/// Every cell of the matrix, in the order of the axes as written (architecture, platform, accelerator, Python), then
/// the included ones. Cells that cannot be built for a reason that needs no image carry a skip_reason: the tag is not
/// defined for the architecture, the project does not allow the Python, no recipe exists for the accelerator.
/// Fails where the matrix has more than 100,000 cells, a selector matches nothing, a cell is there twice, or an
/// included cell cannot be built.
[[nodiscard]] Checked<std::vector<Cell>> expand(const MatrixFile& file, const Surroundings& surroundings);
/// The same cells also where something is wrong with them, which is added to the diagnostics.
[[nodiscard]] std::vector<Cell> expand(const MatrixFile& file, const Surroundings& surroundings,
                                       Diagnostics& diagnostics);

} // namespace wheelforge::matrix
