// The files of the recipe.
#include "orchestrator/image/recipe.hpp"

#include "orchestrator/base/sha256.hpp"

#include "embedded/image/cross_auditwheel.hpp"
#include "embedded/image/cross_build.hpp"
#include "embedded/image/cross_enter.hpp"
#include "embedded/image/cross_requirements.hpp"
#include "embedded/image/recipe_build.hpp"
#include "embedded/image/recipe_cpython.hpp"
#include "embedded/image/recipe_finish.hpp"
#include "embedded/image/recipe_finish_test.hpp"
#include "embedded/image/recipe_manylinux_entrypoint.hpp"
#include "embedded/image/recipe_manylinux_interpreters.hpp"
#include "embedded/image/recipe_packages.hpp"
#include "embedded/image/recipe_releases.hpp"
#include "embedded/image/recipe_requirements_python.hpp"
#include "embedded/image/recipe_requirements_tools.hpp"

#include <array>

namespace wheelforge::image {

std::span<const RecipeFile> debian_recipe() {
  static const std::array files = {
      RecipeFile{"build", embedded::recipe_build()},
      RecipeFile{"cpython", embedded::recipe_cpython()},
      RecipeFile{"finish", embedded::recipe_finish()},
      RecipeFile{"finish-test", embedded::recipe_finish_test()},
      RecipeFile{"manylinux-entrypoint", embedded::recipe_manylinux_entrypoint()},
      RecipeFile{"manylinux-interpreters", embedded::recipe_manylinux_interpreters()},
      RecipeFile{"packages", embedded::recipe_packages()},
      RecipeFile{"releases", embedded::recipe_releases()},
      RecipeFile{"requirements-python.txt", embedded::recipe_requirements_python()},
      RecipeFile{"requirements-tools.txt", embedded::recipe_requirements_tools()},
  };
  return files;
}

std::span<const RecipeFile> cross_recipe() {
  static const std::array files = {
      RecipeFile{"auditwheel.py", embedded::cross_auditwheel()},
      RecipeFile{"build", embedded::cross_build()},
      RecipeFile{"enter", embedded::cross_enter()},
      RecipeFile{"requirements.txt", embedded::cross_requirements()},
  };
  return files;
}

std::string recipe_digest() {
  Sha256Stream stream;
  for (const RecipeFile& file : debian_recipe()) {
    stream.update(file.bytes);
  }
  return stream.finish().hex();
}

} // namespace wheelforge::image
