// Looks libraries up in recipes.
#include "orchestrator/toolchain/provider_lookup.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace wheelforge::toolchain {
namespace {

/// The collection whose extras ask for the distributions of a CUDA toolkit of its own major version.
constexpr std::string_view kCollection = "cuda-toolkit";

/// The extra of the collection that asks for a distribution: "nvidia-cuda-nvrtc-cu12" → "nvrtc".
std::string extra_for(std::string_view distribution) {
  for (const std::string_view front : {"nvidia-", "cuda-"}) {
    if (distribution.starts_with(front)) {
      distribution.remove_prefix(front.size());
    }
  }
  distribution = distribution.substr(0, distribution.find("-cu1"));
  return distribution == "runtime" ? "cudart" : std::string(distribution);
}

int major_of(const Recipe& recipe) { return recipe.version.numbers.empty() ? 0 : recipe.version.numbers.front(); }

bool has(std::span<const std::string> names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool brings(const Provider& provider, std::string_view soname) {
  return std::any_of(provider.sonames.begin(), provider.sonames.end(),
                     [&](const std::string& one) { return matches_glob(one, soname); });
}

bool is_collected(const Recipe& recipe, const Provider& provider, std::span<const std::string> required) {
  const std::string wanted = fmt::format("{}[{}]", kCollection, extra_for(provider.distribution));
  return recipe.name == "cuda" &&
         (has(required, wanted) || has(required, fmt::format("{}=={}", wanted, major_of(recipe))));
}

} // namespace

std::vector<std::string> required_names(std::string_view requirement) {
  const std::size_t end = requirement.find_first_of(" [;(<>=!~@");
  std::string name(requirement.substr(0, end));
  for (char& c : name) {
    c = c == '_' || c == '.' ? '-' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  const std::string_view rest = end == std::string_view::npos ? std::string_view() : requirement.substr(end);
  const std::size_t open = rest.find('[');
  const std::size_t close = rest.find(']');
  if (name != kCollection || open == std::string_view::npos || close == std::string_view::npos || close < open) {
    return {name};
  }
  std::string version;
  if (const std::size_t equal = rest.find("==", close); equal < rest.find(';', close)) {
    const std::size_t digit = rest.find_first_not_of("= ", equal);
    const std::size_t after = std::min(rest.find_first_not_of("0123456789", digit), rest.size());
    version = digit < after ? fmt::format("=={}", rest.substr(digit, after - digit)) : "";
  }
  std::vector<std::string> names;
  std::string_view extras = rest.substr(open + 1, close - open - 1);
  while (!extras.empty()) {
    const std::size_t comma = std::min(extras.find(','), extras.size());
    std::string_view extra = extras.substr(0, comma);
    extra.remove_prefix(std::min(extra.find_first_not_of(' '), extra.size()));
    extra = extra.substr(0, extra.find(' '));
    names.push_back(fmt::format("{}[{}]{}", name, extra, version));
    extras.remove_prefix(std::min(comma + 1, extras.size()));
  }
  return names;
}

std::vector<Recipe> likeliest_first(std::span<const Recipe> recipes, std::span<const std::string> sonames) {
  using Toolkit = std::pair<std::string, int>;
  std::set<Toolkit> likely;
  for (const std::string& soname : sonames) {
    std::set<Toolkit> bringing;
    for (const Recipe& recipe : recipes) {
      if (std::any_of(recipe.providers.begin(), recipe.providers.end(),
                      [&](const Provider& provider) { return brings(provider, soname); })) {
        bringing.emplace(recipe.name, major_of(recipe));
      }
    }
    if (bringing.size() == 1) {
      likely.insert(*bringing.begin());
    }
  }
  std::vector<Recipe> ordered(recipes.begin(), recipes.end());
  std::stable_partition(ordered.begin(), ordered.end(), [&](const Recipe& recipe) {
    return likely.count({recipe.name, major_of(recipe)}) != 0;
  });
  return ordered;
}

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
  for (const Recipe& recipe : recipes) {
    for (const Provider& provider : recipe.providers) {
      if (!brings(provider, soname)) {
        continue;
      }
      const bool is_required = has(required, provider.distribution) || is_collected(recipe, provider, required);
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
