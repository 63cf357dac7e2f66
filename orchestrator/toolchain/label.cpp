// Labels from recipes.
#include "orchestrator/toolchain/label.hpp"

#include <algorithm>
#include <array>

namespace wheelforge::toolchain {
namespace {
constexpr std::array<std::string_view, 5> kNames = {"none", "local", "suffix", "build-tag", "variant"};
} // namespace

std::optional<LabelKind> find_label_kind(std::string_view name) {
  const auto at = std::find(kNames.begin(), kNames.end(), name);
  return at == kNames.end() ? std::nullopt : std::optional(static_cast<LabelKind>(at - kNames.begin()));
}

Label label_of(const Recipe& recipe, LabelKind kind) {
  switch (kind) {
  case LabelKind::none:
    return {};
  case LabelKind::local:
    return {kind, recipe.labels.local, {}};
  case LabelKind::suffix:
    return {kind, recipe.labels.suffix, {}};
  case LabelKind::build_tag:
    return {kind, recipe.labels.build_tag, {}};
  case LabelKind::variant:
    return {kind, recipe.labels.variant, recipe.labels.variant_property};
  }
  return {};
}

std::string to_string(const Label& label) {
  if (label.text.empty()) {
    return {};
  }
  switch (label.kind) {
  case LabelKind::none:
    return {};
  case LabelKind::local:
    return "+" + label.text;
  case LabelKind::suffix:
    return "-" + label.text;
  case LabelKind::build_tag:
    return "-" + label.text + "-";
  case LabelKind::variant:
    return "-" + label.text + ".whl";
  }
  return {};
}

} // namespace wheelforge::toolchain
