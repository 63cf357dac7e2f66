// images.lock: the tag and the digest of every image that a project uses, so that a build tomorrow uses the same.
#pragma once

#include "orchestrator/base/error.hpp"
#include "orchestrator/image/image_ref.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::image {

/// One pinned image.
struct LockedImage {
  std::string name;                 ///< without mirror, tag and digest: "quay.io/pypa/manylinux_2_28_x86_64"
  std::string tag;                  ///< "2026.08.15-1"
  std::string digest;               ///< "sha256:…"
  std::vector<std::string> pythons; ///< as the matrix names them; empty: not known

  bool operator==(const LockedImage&) const = default;
};

/// A whole lock; sorted by name, each name once.
struct ImageLock {
  std::vector<LockedImage> images;

  bool operator==(const ImageLock&) const = default;

  /// The entry of this name; nullptr where there is none.
  [[nodiscard]] const LockedImage* find(std::string_view name) const;
  /// Puts the entry in its place, over an older one of the same name.
  void put(LockedImage image);
};

/// Reads a lock. `file` is for messages. Fails (kind usage) with file:line:column on broken TOML, on a version that is
/// not 1, on unknown keys, missing values, names and digests that are none and on names that stand twice.
[[nodiscard]] Result<ImageLock> parse_lock(std::string_view text, std::string_view file);

/// The lock as a TOML file; parse_lock reads it back. The same lock gives the same bytes.
[[nodiscard]] std::string print_lock(const ImageLock& lock);

} // namespace wheelforge::image
