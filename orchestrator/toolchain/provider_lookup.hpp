// Which distribution of the package index brings a library, by all recipes; and which libraries are a driver's.
#pragma once

#include "orchestrator/toolchain/recipe.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::toolchain {

/// A library of a distribution that wheels may load instead of bringing it.
struct ProvidedLibrary {
  std::string distribution;
  std::string folder;       ///< below site-packages
  std::string toolchain;    ///< the name of the recipe: "cuda"
  Version version;          ///< of the first recipe that names it
  tags::LibcVersion floor;  ///< the highest of all recipes that name it: releases of one distribution differ
  bool is_required = false; ///< the wheel's metadata asks for it, by itself or by an extra of a collection

  bool operator==(const ProvidedLibrary&) const = default;
};

/// What a requirement of METADATA asks for: the normalised name of the distribution, "nvidia-cublas" for
/// "nvidia_cublas[x]==1; extra == 'y'". A collection of a toolkit stands once an extra, with the major version where
/// one is given: "cuda-toolkit[cublas]==13" for "cuda-toolkit[cublas,cudart]==13.2.2".
[[nodiscard]] std::vector<std::string> required_names(std::string_view requirement);

/// The recipes in another order: first those of the toolchains and major versions that alone bring one of the sonames.
/// A wheel that needs libcublas.so.12 takes libcurand.so.10, which several bring, from CUDA 12 too.
[[nodiscard]] std::vector<Recipe> likeliest_first(std::span<const Recipe> recipes,
                                                  std::span<const std::string> sonames);

/// What brings this soname. Of several distributions (nvidia-cusparse and nvidia-cusparse-cu12) the one that is
/// required (by required_names) comes first, then that of the first recipe. Nothing where no recipe names it.
[[nodiscard]] std::optional<ProvidedLibrary> find_provided(std::span<const Recipe> recipes, std::string_view soname,
                                                           std::span<const std::string> required);

/// True where some recipe says that the library comes with a driver, and must never be in a wheel.
[[nodiscard]] bool is_driver_library(std::span<const Recipe> recipes, std::string_view soname);

/// True where the text matches a glob in which "*" stands for any characters.
[[nodiscard]] bool matches_glob(std::string_view glob, std::string_view text);

/// "libcudart" of "libcudart.so.13".
[[nodiscard]] std::string_view stem_of(std::string_view soname);

/// For a wheel that is meant for `recipe`: the soname of the recipe's own library where this one is of another version
/// ("libcudart.so.13" for "libcudart.so.12"); nothing where it is right, or no library of the recipe.
[[nodiscard]] std::optional<std::string> own_version_of(const Recipe& recipe, std::string_view soname);

} // namespace wheelforge::toolchain
