// The recipe by which images are made from Debian packages, as it is built into the program.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace wheelforge::image {

/// One file of images/debian.
struct RecipeFile {
  std::string_view name;
  std::string_view bytes;
};

/// The program among the files: run it with bash, in a folder that holds all of them.
inline constexpr std::string_view kRecipeProgram = "build";
/// The label that holds recipe_digest() on the images made by it.
inline constexpr std::string_view kRecipeLabel = "wheelforge.recipe";

/// The files of images/debian/cross, by which cross tool sets are made: a recipe of its own, whose program is called
/// kRecipeProgram too. An image's recipe finds it in its folder "cross", and does without where it is not there.
[[nodiscard]] std::span<const RecipeFile> cross_recipe();

/// Every file of the recipe, sorted by name. The bytes live as long as the program.
[[nodiscard]] std::span<const RecipeFile> debian_recipe();

/// What `build --print-recipe` prints: the SHA-256 of all files' bytes in their order, in hexadecimal digits. An image
/// whose label says another was made by another recipe.
[[nodiscard]] std::string recipe_digest();

} // namespace wheelforge::image
