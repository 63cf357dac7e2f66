// What tells an accelerator's wheels from others': which text, and where it stands.
#pragma once

#include "orchestrator/toolchain/recipe.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace wheelforge::toolchain {

/// Where the label of a wheel stands.
enum class LabelKind : std::uint8_t {
  none,
  local,     ///< version: 1.0 → 1.0+cu135
  suffix,    ///< name: demo → demo-cu13
  build_tag, ///< demo-1.0-1_cu135-…
  variant,   ///< PEP 825, a draft: demo-1.0-…-cu135.whl
};

/// The kind of that name in a matrix file: "none", "local", "suffix", "build-tag", "variant".
[[nodiscard]] std::optional<LabelKind> find_label_kind(std::string_view name);

/// A label as it is to be written; `text` is empty where the kind is none or the recipe has no such label.
struct Label {
  LabelKind kind = LabelKind::none;
  std::string text;
  std::string property; ///< of a variant: "nvidia :: cuda_version_lower_bound :: 13.5"

  bool operator==(const Label&) const = default;
};

/// The recipe's label of that kind.
[[nodiscard]] Label label_of(const Recipe& recipe, LabelKind kind);

/// As a person would point at it: "+cu135", "-cu13", "-1_cu135-", "-cu135.whl"; empty for none.
[[nodiscard]] std::string to_string(const Label& label);

} // namespace wheelforge::toolchain
