// The machine architectures that Linux wheels are made for, by the names that platform tags use.
#pragma once

#include "orchestrator/base/error.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace wheelforge::tags {

/// The nine architectures of the manylinux and musllinux images. Source: PEP 599, PEP 656, pypa/manylinux README.
enum class Architecture : std::uint8_t { x86_64, i686, aarch64, armv7l, ppc64le, ppc64, s390x, riscv64, loongarch64 };

/// Every architecture, in the order of the enumeration.
inline constexpr std::array kArchitectures = {Architecture::x86_64, Architecture::i686,    Architecture::aarch64,
                                              Architecture::armv7l, Architecture::ppc64le, Architecture::ppc64,
                                              Architecture::s390x,  Architecture::riscv64, Architecture::loongarch64};

/// The name in platform tags and in `uname -m`: "x86_64", "armv7l", …
[[nodiscard]] std::string_view to_string(Architecture architecture);

/// The architecture with exactly this tag name; nothing where there is none.
[[nodiscard]] std::optional<Architecture> find_architecture(std::string_view name);

/// As find_architecture, and also by the name that a distribution gives the machine: armhfp, Fedora's for armv7l.
[[nodiscard]] std::optional<Architecture> find_machine(std::string_view name);

/// As find_architecture; fails with the list of known names (kind usage).
[[nodiscard]] Result<Architecture> parse_architecture(std::string_view name);

/// The platform name that container engines use: "amd64", "386", "arm64", "arm/v7", "ppc64le", … (OCI image spec,
/// GOARCH).
[[nodiscard]] std::string_view oci_name(Architecture architecture);

/// 32 or 64.
[[nodiscard]] int word_bits(Architecture architecture);

/// True for ppc64 and s390x.
[[nodiscard]] bool is_big_endian(Architecture architecture);

/// The largest page size that kernels of this architecture are run with, in bytes: what PT_LOAD must be aligned to.
/// Source: the psABIs' maximum page sizes; distributions run aarch64 and ppc64 with 64 KiB, loongarch64 with 16 KiB
/// pages.
[[nodiscard]] std::uint32_t largest_page_size(Architecture architecture);

} // namespace wheelforge::tags
