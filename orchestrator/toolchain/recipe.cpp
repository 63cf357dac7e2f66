// Order, lookup and the built-in set of recipes.
#include "orchestrator/toolchain/recipe.hpp"

#include "orchestrator/base/error.hpp"

#include "embedded/toolchain/recipes.hpp"

#include <algorithm>
#include <array>
#include <tuple>

namespace wheelforge::toolchain {
namespace {

constexpr std::array<std::string_view, 4> kPartKinds = {"pypi", "deb", "archive", "image-has"};
/// The line that CMake puts before each file.
constexpr std::string_view kFileLine = "#= file ";

} // namespace

std::string_view to_string(PartKind kind) { return kPartKinds.at(static_cast<std::size_t>(kind)); }

bool Recipe::serves(tags::Architecture arch) const {
  return std::find(arches.begin(), arches.end(), arch) != arches.end();
}

bool Recipe::is_in_image() const {
  return std::all_of(parts.begin(), parts.end(), [](const Part& part) { return part.kind == PartKind::image_has; });
}

std::vector<RecipeText> known_recipe_texts() {
  std::vector<RecipeText> texts;
  std::string_view all = embedded::recipes();
  std::size_t at = all.find(kFileLine);
  while (at != std::string_view::npos) {
    const std::size_t name = at + kFileLine.size();
    const std::size_t line_end = std::min(all.find('\n', name), all.size());
    const std::size_t next = all.find(kFileLine, line_end);
    texts.push_back({std::string(all.substr(name, line_end - name)),
                     all.substr(line_end + 1, next == std::string_view::npos ? next : next - line_end - 1)});
    at = next;
  }
  return texts;
}

std::vector<Recipe> sorted_recipes(std::vector<Recipe> recipes) {
  std::reverse(recipes.begin(), recipes.end());
  std::stable_sort(recipes.begin(), recipes.end(), [](const Recipe& a, const Recipe& b) {
    return std::tie(a.name, b.version) < std::tie(b.name, a.version);
  });
  const auto same = [](const Recipe& a, const Recipe& b) { return a.name == b.name && a.version == b.version; };
  recipes.erase(std::unique(recipes.begin(), recipes.end(), same), recipes.end());
  return recipes;
}

const std::vector<Recipe>& known_recipes() {
  static const std::vector<Recipe> kKnown = [] {
    std::vector<Recipe> recipes;
    for (const RecipeText& one : known_recipe_texts()) {
      auto parsed = parse_recipe(one.text, one.file);
      WF_CHECK(parsed.has_value()); // tests/unit/toolchain parses each of them
      recipes.push_back(*std::move(parsed));
    }
    return sorted_recipes(std::move(recipes));
  }();
  return kKnown;
}

} // namespace wheelforge::toolchain
