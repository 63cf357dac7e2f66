// Runs the recipe that is built into the program.
#include "orchestrator/cli/images_build.hpp"

#include "orchestrator/image/recipe.hpp"

#include <cstdio>

namespace wheelforge::cli {

std::vector<std::string> recipe_arguments(const ImageBuild& build) {
  std::vector<std::string> words{build.recipe, "--arch", build.arch, "--engine", build.engine};
  if (!build.output.empty()) {
    words.insert(words.end(), {"--output", std::filesystem::absolute(build.output).string()});
  }
  words.emplace_back(build.fresh ? "--fresh" : "--if-missing");
  return words;
}

Result<std::string> build_image(const ImageBuild& build, host::FileSystem& files, host::ProcessRunner& runner,
                                std::stop_token stop) {
  WF_TRY(const auto folder,
         host::TempFolder::create(files, std::filesystem::temp_directory_path(), "wheelforge-recipe-"));
  for (const image::RecipeFile& file : image::debian_recipe()) {
    WF_TRY_VOID(files.write_atomically(folder.path() / file.name, file.bytes));
  }
  for (const image::RecipeFile& file : image::cross_recipe()) {
    WF_TRY_VOID(files.write_atomically(folder.path() / "cross" / file.name, file.bytes));
  }
  host::Command command;
  command.argv = {"bash", (folder.path() / image::kRecipeProgram).string()};
  const std::vector<std::string> words = recipe_arguments(build);
  command.argv.insert(command.argv.end(), words.begin(), words.end());
  const auto show = [](host::Stream stream, std::string_view bytes) {
    if (stream == host::Stream::err) {
      (void)std::fwrite(bytes.data(), 1, bytes.size(), stderr);
    }
  };
  WF_TRY(auto result, host::require_success(command, runner.run(command, show, std::move(stop))));
  std::string reference = std::move(result.out);
  reference.erase(reference.find_last_not_of('\n') + 1);
  return reference;
}

} // namespace wheelforge::cli
