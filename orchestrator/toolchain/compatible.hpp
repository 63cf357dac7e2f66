// The pre-flight check: whether a toolchain can make a cell's wheel in its image, by rules that are known beforehand.
#pragma once

#include "orchestrator/tags/platform_tag.hpp"
#include "orchestrator/toolchain/recipe.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::toolchain {

/// What is known of a cell and of its image.
struct Circumstances {
  tags::PlatformTag platform;        ///< with its architecture
  std::optional<int> python_minor;   ///< of Python 3
  std::optional<int> gcc;            ///< the major version that compiles; absent: not known, and not judged
  std::optional<Version> binutils;   ///< absent: not known
  bool has_toolsets = false;         ///< the image's package manager has gcc-toolset-N
  std::vector<std::string> targets;  ///< that the matrix names; others' ("gfx90a" for CUDA) are left aside
  std::vector<std::string> switches; ///< what the user has allowed: "non-free"
};

/// One rule that speaks against a cell, or a remark about it.
struct Objection {
  std::string rule;    ///< "gcc-max"
  std::string message; ///< with the figures: "CUDA 12.4 takes gcc ≤ 13, the image has 14"
  std::string fix;     ///< "use gcc-toolset-13 or CUDA ≥ 12.8"

  bool operator==(const Objection&) const = default;
};

/// "gcc-max: CUDA 12.4 takes gcc ≤ 13, the image has 14: use gcc-toolset-13 or CUDA ≥ 12.8".
[[nodiscard]] std::string to_string(const Objection& objection);

/// Why a cell cannot be built, and what is worth knowing of one that can.
struct Fit {
  std::vector<Objection> rejections; ///< in the order of rules()
  std::vector<Objection> notes;
};

/// Holds the recipe against the circumstances. `all` are the recipes among which a fix may be found.
[[nodiscard]] Fit compatible(const Recipe& recipe, const Circumstances& circumstances, std::span<const Recipe> all);

/// A rule of the pre-flight check.
struct Rule {
  std::string_view name;
  std::string_view meaning; ///< one sentence
};
/// Every rule that can reject a cell, in their order.
[[nodiscard]] std::span<const Rule> rules();

/// The targets of this toolchain that a cell is compiled for: those of its kind among the matrix's, else the recipe's
/// usual ones.
[[nodiscard]] std::vector<std::string> targets_of(const Recipe& recipe, const std::vector<std::string>& asked);

/// True where the compiler takes the target: one of the known, with "a" or "f" behind, with gfx features behind ":", or
/// compute_NN for the PTX of a known sm_NN.
[[nodiscard]] bool knows_target(const Recipe& recipe, std::string_view target);

/// The family as people say it: "CUDA" of "CUDA 13.5".
[[nodiscard]] std::string family_title(const Recipe& recipe);

/// The major version of gcc in a description such as "gcc 14 (gcc-toolset-14)"; nothing where there is none.
[[nodiscard]] std::optional<int> gcc_major(std::string_view compiler);

} // namespace wheelforge::toolchain
