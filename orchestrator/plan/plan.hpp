// Cells and images put together: what is built in which image by which steps, and what is left out and why.
#pragma once

#include "orchestrator/matrix/cell.hpp"
#include "orchestrator/matrix/matrix_file.hpp"
#include "orchestrator/plan/compilers.hpp"
#include "orchestrator/plan/step.hpp"
#include "orchestrator/toolchain/recipe.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::plan {

/// The image that serves a platform on an architecture.
struct ServedImage {
  std::string reference;                    ///< "quay.io/pypa/manylinux_2_28_x86_64:2026.08.01-1"
  std::string digest;                       ///< "sha256:…"; empty where nothing has been locked yet
  std::vector<matrix::Interpreter> pythons; ///< what it has in /opt/python; empty: not known
  std::string compiler{};                   ///< "gcc 14 (gcc-toolset-14)"; empty: not known
  std::string binutils{};                   ///< "2.41"; empty: not known
  std::string package_manager{};            ///< "dnf", "apt"; empty: not known
};

/// The toolchain of a cell with an accelerator.
struct PlannedToolchain {
  std::shared_ptr<const toolchain::Recipe> recipe; ///< never null
  bool is_locked = false;
  std::string digest;             ///< changes with any byte of its recipe and of its locked files
  std::string label;              ///< what tells its wheels from others': "+cu135"; empty: nothing
  std::vector<std::string> notes; ///< worth knowing, and no reason to leave the cell out
};

/// What is known of a cell's toolchain in its image; the error is why the cell cannot be built.
using ToolchainCheck =
    std::function<tl::expected<PlannedToolchain, std::string>(const matrix::Cell&, const ServedImage&)>;

/// The distributions that `on = "reach"` stands for in a cell, in the order in which they are to be tested.
using ReachedPlaces = std::function<std::vector<std::string>(const matrix::Cell&)>;

/// Finds the image for a platform tag with its architecture, or says in one sentence why there is none. Pure.
using ImageLookup = std::function<tl::expected<ServedImage, std::string>(const tags::PlatformTag&)>;

/// A cell with its image and steps, or with the reason why it is left out.
struct PlannedCell {
  matrix::Cell cell;                         ///< its own skip_reason is repeated below
  std::string image;                         ///< reference; empty where none serves the cell
  std::string digest;                        ///< "sha256:…"; empty where unknown
  std::vector<Step> steps;                   ///< empty where the cell is left out
  std::string skip_reason;                   ///< empty: the cell is in
  std::optional<PlannedToolchain> toolchain; ///< absent for "cpu" and where there is none
  CompilerChoice compilers{};                ///< own, unless choose_all_compilers() found the architecture foreign
  std::string host{};                        ///< [engine.hosts] name of the machine that builds it; empty: this one
  std::optional<std::chrono::milliseconds> expected{}; ///< of a foreign cell, by earlier runs; nothing: not known

  [[nodiscard]] bool is_in() const { return skip_reason.empty(); }
};

/// Every cell of the matrix, in its order.
struct Plan {
  std::vector<PlannedCell> cells;

  /// How many are in.
  [[nodiscard]] std::size_t selected() const;
};

/// Gives each cell its image and steps, or a reason to leave it out. Fails where an included cell cannot be built and
/// where two cells would make wheels of one file name. A cell whose places come to none is tested in its own image.
[[nodiscard]] matrix::Checked<Plan> make_plan(const matrix::MatrixFile& file, std::vector<matrix::Cell> cells,
                                              const ImageLookup& image_for, const ToolchainCheck& toolchain_of = {},
                                              const ReachedPlaces& reached = {});

/// What a machine, and the machines that it can send cells to, mean for compilers.
struct Machines {
  tags::Architecture own = tags::Architecture::x86_64;
  /// What compiles in the image of a cell, as the catalogue knows it; nothing where it does not.
  std::function<std::optional<std::string>(const PlannedCell&)> image_compiler;
};

/// Says of each cell that is in whether its compilers are the image's own, native or emulated, and which of the file's
/// [engine.hosts] builds it. Fails (kind usage) where [cross] compilers = "native" cannot be kept.
[[nodiscard]] Result<Plan> choose_all_compilers(Plan plan, const matrix::MatrixFile& file, const Machines& machines);

/// Leaves only the cells whose ids a glob matches; the others get kNotSelected as their reason. No globs leave all.
/// Fails (kind usage) with the nearest id where a glob matches none.
[[nodiscard]] Result<Plan> select_only(Plan plan, std::span<const std::string> globs);

/// The reason of cells that --only did not name.
inline constexpr std::string_view kNotSelected = "not named by --only";

/// The plan as text for a terminal of so many columns (at least 40): cells by image and steps, then those left out by
/// reason.
[[nodiscard]] std::string render(const Plan& plan, std::size_t columns = 80);

/// {"schema":1,"cells":[{"id","python","platform","arch","accelerator","image","digest","steps","skip_reason"}]} on one
/// line; absent values are null. A cell of a foreign architecture has "compilers" ("native" or "emulated") and
/// "compilers_why" too, and "expected_seconds" where earlier runs tell; one that another machine builds has "host", one
/// with an accelerator "toolchain":{"id","locked","label","notes"}.
[[nodiscard]] std::string to_json(const Plan& plan);

} // namespace wheelforge::plan
