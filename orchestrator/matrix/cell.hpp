// One point of the matrix: a Python, a platform, an architecture and an accelerator, with the options that hold there.
#pragma once

#include "orchestrator/matrix/diagnostic.hpp"
#include "orchestrator/matrix/interpreter.hpp"
#include "orchestrator/matrix/options.hpp"
#include "orchestrator/tags/platform_tag.hpp"

#include <memory>
#include <string>

namespace wheelforge::matrix {

/// The printed name of a cell, unique in its matrix: "cp312-manylinux_2_28_x86_64+cuda-12.8".
struct CellId {
  std::string text;

  bool operator==(const CellId&) const = default;
  auto operator<=>(const CellId&) const = default;
};

/// PYTHON-PLATFORM, and "+ACCELERATOR" where that is not "cpu".
[[nodiscard]] CellId make_cell_id(const Interpreter& python, const tags::PlatformTag& platform,
                                  const std::string& accelerator);

[[nodiscard]] inline const std::string& to_string(const CellId& id) { return id.text; }

/// One wheel to make.
struct Cell {
  CellId id;
  Interpreter python;
  tags::PlatformTag platform; ///< as the matrix spells it, with its architecture
  tags::Architecture arch = tags::Architecture::x86_64;
  std::string accelerator = "cpu";            ///< resolved where a recipe is known: "cuda-13.5" for "cuda-13"
  std::shared_ptr<const CellOptions> options; ///< never null; shared by all cells that the same overrides match
  bool is_tested = true;                      ///< false where [test] skip names the cell
  bool is_included = false;                   ///< written as [[matrix.include]], so that it must not be skipped
  Location at;                                ///< what in the matrix file asks for it
  std::string skip_reason;                    ///< empty: the cell is to be built
};

} // namespace wheelforge::matrix
