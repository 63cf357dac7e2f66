// The catalogue: which build images there are, for which platforms, and what is known of them.
#pragma once

#include "orchestrator/base/error.hpp"
#include "orchestrator/image/image_ref.hpp"
#include "orchestrator/tags/platform_tag.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::image {

/// Where the images of a family come from.
enum class Origin : std::uint8_t {
  registry,   ///< pulled: published by pypa on quay.io
  built_here, ///< made on this machine by `wheelforge images build`
};

/// What upstream says of a family.
enum class Status : std::uint8_t {
  supported,
  alpha,       ///< may change without notice
  ended,       ///< not updated any more; the last image stays
  unpublished, ///< can be built from upstream's sources, but no registry has it
};

[[nodiscard]] std::string_view to_string(Origin origin);
[[nodiscard]] std::string_view to_string(Status status);

/// A tag of an image with the digest it had when it was written down.
struct Pin {
  std::string tag;
  std::string digest;

  bool operator==(const Pin&) const = default;
};

/// One image of a family.
struct FamilyImage {
  tags::Architecture arch = tags::Architecture::x86_64;
  std::vector<std::string> pythons; ///< as the matrix names them, in order: "cp39", "cp314t", "pp311"; empty: not known
  /// Those of an image that is made under emulation, where compiling interpreters takes too long; empty: the same.
  std::vector<std::string> emulated_pythons{};
  std::optional<Pin> pin{}; ///< what is used where no lock says otherwise

  bool operator==(const FamilyImage&) const = default;
};

/// The images for one platform tag, one an architecture. Dates are RFC 3339 full-dates.
struct ImageFamily {
  std::string policy; ///< as upstream names it: "manylinux2014", "manylinux_2_28"
  Origin origin = Origin::registry;
  Status status = Status::supported;
  std::string recipe; ///< of a family that is built here: "debian-11"
  std::string base;   ///< "AlmaLinux 8"
  std::optional<std::string> base_support_ends;
  std::string libc;     ///< "glibc 2.28"
  std::string compiler; ///< "gcc 14 (gcc-toolset-14)"
  std::string binutils; ///< "2.41"; empty: not known
  std::string package_manager;
  std::optional<std::string> added;
  std::optional<std::string> support_ended;
  std::string note; ///< a peculiarity worth a sentence; may be empty
  std::string source;
  std::vector<FamilyImage> images;

  bool operator==(const ImageFamily&) const = default;

  /// The image of this architecture; nullptr where there is none.
  [[nodiscard]] const FamilyImage* find(tags::Architecture arch) const;
  /// Its platform tag: manylinux2014 and x86_64 → manylinux2014_x86_64.
  [[nodiscard]] tags::PlatformTag platform(tags::Architecture arch) const;
  /// Its name without tag or digest: quay.io/pypa/manylinux_2_28_x86_64, localhost/wheelforge/manylinux_2_31_x86_64.
  [[nodiscard]] ImageRef name(tags::Architecture arch) const;
};

/// A clean machine to test wheels on, built here.
struct TestImage {
  std::string name;   ///< as [test] on says it: "debian-12"
  std::string recipe; ///< "test-debian-12"
  std::string base;   ///< "Debian 12"
  std::string python; ///< its own Python: "3.11"
  std::string libc;   ///< "glibc 2.36"

  bool operator==(const TestImage&) const = default;
};

struct ImageCatalog {
  std::string as_of; ///< RFC 3339 full-date
  std::vector<ImageFamily> families;
  std::vector<TestImage> tests;

  bool operator==(const ImageCatalog&) const = default;
};

/// Fails (kind invalid_data) on broken TOML, unknown keys, unknown architectures and digests that are none, naming the
/// family.
[[nodiscard]] Result<ImageCatalog> parse_catalog(std::string_view toml);

/// The catalogue that is built into the program (images/catalog.toml).
[[nodiscard]] const ImageCatalog& known_catalog();

/// The reference of a test image on an architecture: "debian-12" → localhost/wheelforge/test-debian-12_x86_64:latest.
/// Fails (kind usage) with the names there are.
[[nodiscard]] Result<ImageRef> test_image(const ImageCatalog& catalog, std::string_view name, tags::Architecture arch);

/// The reference that `wheelforge images build RECIPE` gives its image. Fails (kind usage) with the recipes there are.
[[nodiscard]] Result<ImageRef> built_image(const ImageCatalog& catalog, std::string_view recipe,
                                           tags::Architecture arch);

/// The recipe that makes this image; nothing where it is none of ours.
[[nodiscard]] std::optional<std::string> recipe_of(const ImageCatalog& catalog, const ImageRef& ref);

} // namespace wheelforge::image
