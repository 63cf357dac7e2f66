// Looks libraries up in recipes.
#include "orchestrator/toolchain/provider_lookup.hpp"

#include <algorithm>

namespace wheelforge::toolchain {
namespace {

/// Collections whose extras ask for the distributions of a toolchain.
constexpr std::string_view kCollection = "cuda-toolkit";

bool has(std::span<const std::string> names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool brings(const Provider& provider, std::string_view soname) {
  return std::any_of(provider.sonames.begin(), provider.sonames.end(),
                     [&](const std::string& one) { return matches_glob(one, soname); });
}

} // namespace

bool matches_glob(std::string_view glob, std::string_view text) {
  std::size_t at = 0;
  std::size_t star = std::string_view::npos;
  std::size_t retry = 0;
  std::size_t pattern = 0;
  while (at < text.size()) {
    if (pattern < glob.size() && glob[pattern] == '*') {
      star = pattern++;
      retry = at;
    } else if (pattern < glob.size() && glob[pattern] == text[at]) {
      ++pattern;
      ++at;
    } else if (star != std::string_view::npos) {
      pattern = star + 1;
      at = ++retry;
    } else {
      return false;
    }
  }
  return glob.find_first_not_of('*', pattern) == std::string_view::npos;
}

std::optional<ProvidedLibrary> find_provided(std::span<const Recipe> recipes, std::string_view soname,
                                             std::span<const std::string> required) {
  std::optional<ProvidedLibrary> best;
  for (const Recipe& recipe : recipes) { // by name, the newest first
    for (const Provider& provider : recipe.providers) {
      if (!brings(provider, soname)) {
        continue;
      }
      const bool is_bare = provider.distribution.find("-cu1") == std::string::npos;
      const bool is_required =
          has(required, provider.distribution) || (recipe.name == "cuda" && is_bare && has(required, kCollection));
      if (best && best->distribution == provider.distribution) {
        best->floor = std::max(best->floor, provider.floor());
      } else if (!best || (is_required && !best->is_required)) {
        best = ProvidedLibrary{provider.distribution, provider.folder,  recipe.name,
                               recipe.version,        provider.floor(), is_required};
      }
    }
  }
  return best;
}

bool is_driver_library(std::span<const Recipe> recipes, std::string_view soname) {
  return std::any_of(recipes.begin(), recipes.end(), [&](const Recipe& recipe) {
    return std::any_of(recipe.driver.libraries.begin(), recipe.driver.libraries.end(),
                       [&](const std::string& glob) { return matches_glob(glob, soname); });
  });
}

std::string_view stem_of(std::string_view soname) { return soname.substr(0, soname.find(".so")); }

std::optional<std::string> own_version_of(const Recipe& recipe, std::string_view soname) {
  std::optional<std::string> other;
  for (const Provider& provider : recipe.providers) {
    if (brings(provider, soname)) {
      return std::nullopt;
    }
    for (const std::string& one : provider.sonames) {
      if (!other && stem_of(one) == stem_of(soname)) {
        other = one;
      }
    }
  }
  return other;
}

} // namespace wheelforge::toolchain
