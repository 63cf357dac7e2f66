// The values that the four axes of a matrix take, by name.
#pragma once

#include "orchestrator/base/error.hpp"
#include "orchestrator/tags/platform_tag.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace wheelforge::matrix {

inline constexpr std::string_view kAuto = "auto";
inline constexpr std::string_view kNative = "native";
inline constexpr std::string_view kCpu = "cpu";

/// The names of the platforms that auditwheel has policies for, and their aliases, oldest first: manylinux1,
/// manylinux_2_5, …, musllinux_1_2. Other versions are valid too; these are what a misspelled one is compared with.
[[nodiscard]] std::span<const std::string> common_platforms();

/// The names of interpreters, in the order of known_interpreters().
[[nodiscard]] std::span<const std::string> interpreter_names();

/// The names of architectures, in the order of tags::kArchitectures.
[[nodiscard]] std::span<const std::string> architecture_names();

/// The tag of a platform's name on an architecture: ("manylinux2014", aarch64) → manylinux2014_aarch64. Whether it is
/// defined there is asked of tags::is_defined. The name must be good (see check_platform_name).
[[nodiscard]] tags::PlatformTag platform_on(std::string_view name, tags::Architecture architecture);

/// Fails (kind usage) where the text is not a platform tag without its architecture, spelled as PEP 600 and 656 spell
/// it, or names a C library that does not exist.
[[nodiscard]] Result<void> check_platform_name(std::string_view text);

/// Fails (kind usage) where the text is neither "cpu" nor NAME-VERSION, as in "cuda-12.8".
[[nodiscard]] Result<void> check_accelerator_name(std::string_view text);

} // namespace wheelforge::matrix
