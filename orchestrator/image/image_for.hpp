// Which image serves a platform tag, or why none does.
#pragma once

#include "orchestrator/image/catalog.hpp"
#include "orchestrator/image/lock.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace wheelforge::image {

/// Everything that decides which image a cell gets: what is known, what is pinned, what the user wants.
struct ImageSources {
  const ImageCatalog* catalog = nullptr; ///< never null when used
  ImageLock lock;                        ///< empty where the project has none
  std::string mirror;                    ///< replaces quay.io/pypa; empty: no mirror
  std::map<std::string, ImageRef> use;   ///< the user's own images by platform tag: "manylinux_2_28_x86_64"
  /// Whether this machine can run the architecture's programs only under emulation; absent: it never is so.
  std::function<bool(tags::Architecture)> is_emulated{};
};

/// The image of a cell.
struct ImageChoice {
  ImageRef ref;                     ///< as it is pulled, from the mirror where there is one; digest where one is pinned
  std::string name;                 ///< its name in images.lock, without mirror
  Origin origin = Origin::registry; ///< built_here: no registry has it, `wheelforge images build` makes it
  std::string recipe;               ///< of an image that is built here: "debian-11"
  std::vector<std::string> pythons; ///< as the matrix names them; empty: not known
  std::string compiler{};           ///< "gcc 14 (gcc-toolset-14)"; empty: not known, as of a user's own image
  std::string binutils{};           ///< "2.41"; empty: not known
  std::string package_manager{};    ///< "dnf"; empty: not known

  bool operator==(const ImageChoice&) const = default;
};

/// The image that serves the tag: the user's own; else the catalogue's for exactly this platform, in either spelling
/// (manylinux2014 and manylinux_2_17 are one); never that of an older or newer C library. The error is one sentence
/// that says what there is instead.
[[nodiscard]] tl::expected<ImageChoice, std::string> image_for(const ImageSources& sources,
                                                               const tags::PlatformTag& platform);

/// What `platform = "auto"` stands for on this architecture: the oldest platform whose image is built here. Nothing
/// where there is none.
[[nodiscard]] std::optional<tags::PlatformTag> auto_platform(const ImageCatalog& catalog, tags::Architecture arch);

/// The reference with quay.io/pypa replaced by the mirror; any other reference, and any without a mirror, as it is.
/// Fails (kind usage) where the mirror does not make a valid name.
[[nodiscard]] Result<ImageRef> through_mirror(const ImageRef& ref, std::string_view mirror);

} // namespace wheelforge::image
