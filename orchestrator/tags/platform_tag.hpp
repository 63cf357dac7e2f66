// Platform tags: which operating system, C library and architecture a wheel runs on (PEP 425, 513, 571, 599, 600, 656).
#pragma once

#include "orchestrator/base/error.hpp"
#include "orchestrator/tags/architecture.hpp"

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::tags {

/// What a platform tag promises about the C library.
enum class PlatformFamily : std::uint8_t {
  any,       ///< "any": no binary code
  linux,     ///< "linux_x86_64": only the machine it was built on
  manylinux, ///< glibc of at least a version
  musllinux, ///< musl of at least a version
  other,     ///< another operating system ("win_amd64", "macosx_11_0_arm64", "android_24_x86_64")
};

/// The version of the C library in a manylinux (glibc) or musllinux (musl) tag.
struct LibcVersion {
  int major = 0;
  int minor = 0;

  bool operator==(const LibcVersion&) const = default;
  auto operator<=>(const LibcVersion&) const = default;
};

/// One platform tag. Make it with parse_platform_tag or manylinux()/musllinux(); `text` is the tag as written, and
/// manylinux2014_x86_64 and manylinux_2_17_x86_64 are two tags with one meaning (see same_platform).
struct PlatformTag {
  PlatformFamily family = PlatformFamily::any;
  LibcVersion version;              ///< 0.0 unless manylinux or musllinux
  std::optional<Architecture> arch; ///< absent for any, other and architectures that are not ours ("armv6l")
  std::string text = "any";

  bool operator==(const PlatformTag& that) const { return text == that.text; }
  /// Total order for sorted output: family, architecture, wider (older) first, then the spelling.
  std::strong_ordering operator<=>(const PlatformTag& that) const;

  /// "manylinux2014_x86_64" → "manylinux_2_17_x86_64"; every other tag as written.
  [[nodiscard]] std::string canonical() const;
  /// The part without the architecture: "manylinux_2_17", "manylinux2014", "linux"; any and other whole.
  [[nodiscard]] std::string policy_name() const;
  /// True for manylinux1, manylinux2010 and manylinux2014.
  [[nodiscard]] bool is_legacy_name() const;
};

/// Fails (kind usage) on an empty tag, on characters outside [A-Za-z0-9_] and on a manylinux or musllinux tag whose
/// version or architecture is missing, each with the value seen.
[[nodiscard]] Result<PlatformTag> parse_platform_tag(std::string_view text);

/// The tag as written.
[[nodiscard]] inline const std::string& to_string(const PlatformTag& tag) { return tag.text; }

/// manylinux_MAJOR_MINOR_ARCH.
[[nodiscard]] PlatformTag manylinux(LibcVersion version, Architecture architecture);
/// musllinux_MAJOR_MINOR_ARCH.
[[nodiscard]] PlatformTag musllinux(LibcVersion version, Architecture architecture);
/// linux_ARCH.
[[nodiscard]] PlatformTag plain_linux(Architecture architecture);

/// True where both mean the same platform, whatever the spelling: manylinux1_i686 and manylinux_2_5_i686.
[[nodiscard]] bool same_platform(const PlatformTag& a, const PlatformTag& b);

/// True where every machine that `narrow` runs on is also one that `wide` runs on and the two are not the same:
/// same family and architecture and an older C library, or linux_ARCH as the narrowest of its architecture.
[[nodiscard]] bool is_wider(const PlatformTag& wide, const PlatformTag& narrow);

/// The older spelling of a manylinux version on this architecture: (2.17, s390x) → manylinux2014_s390x. Nothing where
/// none was defined: manylinux1 and manylinux2010 exist for x86_64 and i686 only. Source: PEP 513, 571, 599.
[[nodiscard]] std::optional<PlatformTag> legacy_alias(LibcVersion version, Architecture architecture);

/// The tag and its older spelling, sorted by the order auditwheel writes them in file names (by text).
[[nodiscard]] std::vector<PlatformTag> with_alias(const PlatformTag& tag);

/// The first glibc that runs on this architecture: nothing older can be promised. Source: glibc's shlib-versions files.
[[nodiscard]] LibcVersion first_glibc(Architecture architecture);

/// True where the tag can be kept: manylinux not older than first_glibc, legacy names only where they were defined, and
/// musllinux at least 1.1 (1.2 for loongarch64). True for every tag of the other families.
[[nodiscard]] bool is_defined(const PlatformTag& tag);

} // namespace wheelforge::tags
