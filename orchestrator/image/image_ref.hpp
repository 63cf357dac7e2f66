// The name of a container image: registry, repository, tag and digest.
#pragma once

#include "orchestrator/base/error.hpp"

#include <compare>
#include <string>
#include <string_view>

namespace wheelforge::image {

/// One image reference. Source: the grammar of distribution/reference, which docker and podman share.
struct ImageRef {
  std::string registry;   ///< "quay.io", "127.0.0.1:5000", "localhost"; empty where the name has none
  std::string repository; ///< "pypa/manylinux_2_28_x86_64"
  std::string tag;        ///< "2026.08.15-1"; empty where the name has none
  std::string digest;     ///< "sha256:" and 64 hexadecimal digits; empty where the name has none

  bool operator==(const ImageRef&) const = default;
  auto operator<=>(const ImageRef&) const = default;

  /// Registry and repository, without tag and digest: "quay.io/pypa/manylinux_2_28_x86_64".
  [[nodiscard]] std::string name() const;
  /// What to pull: by digest where there is one ("quay.io/pypa/x@sha256:…"), else by tag. Engines do not agree on names
  /// that have both.
  [[nodiscard]] std::string pull_name() const;
};

/// Fails (kind usage) with what is wrong: an empty part, capitals in the repository, a digest that is not SHA-256.
[[nodiscard]] Result<ImageRef> parse_image_ref(std::string_view text);

/// "quay.io/pypa/x:tag@sha256:…", each part where there is one. parse_image_ref reads it back.
[[nodiscard]] std::string to_string(const ImageRef& ref);

/// True for "sha256:" and 64 lower-case hexadecimal digits.
[[nodiscard]] bool is_digest(std::string_view text);

/// True where the image can only be on this machine: its registry is "localhost" without a port, which is how images
/// are named that were built here.
[[nodiscard]] bool is_local(const ImageRef& ref);

/// The local name under which a pinned image is kept, so that it survives `save` and `load`, which forget digests:
/// "localhost/wheelforge/pinned/manylinux_2_28_x86_64:sha256-…". The reference must have a digest.
[[nodiscard]] ImageRef kept_copy(const ImageRef& ref);

} // namespace wheelforge::image
