// Names known from the outside: what the libc defines, and which vendor package brings which library.
#pragma once

#include "orchestrator/tags/platform_tag.hpp"

#include <optional>
#include <string_view>

namespace wheelforge::audit {

/// The release of musl that first has the symbol, "1.2.3"; empty for all that 1.1.24 has, and for others' symbols.
[[nodiscard]] std::string_view musl_release_of(std::string_view symbol);

/// True where a shared library of glibc or libgcc_s defines the symbol, with any version. An undefined symbol without a
/// version binds to such a definition too. Source: data/libc_symbols.txt.
[[nodiscard]] bool is_libc_symbol(std::string_view name);

/// Whether the distribution (normalised) brings a library of that soname; nothing where the distribution's libraries
/// are not known. Source: data/provider_libraries.txt.
[[nodiscard]] std::optional<bool> brings_library(std::string_view distribution, std::string_view soname);

/// True for libraries that come with a device driver and never from a package: libcuda.so.1 and its like.
[[nodiscard]] bool is_driver_library(std::string_view soname);

/// The glibc that a distribution's library asks for, by its own platform tag or by its symbols, whichever is newer;
/// nothing where no recipe names it. Source: recipes/.
[[nodiscard]] std::optional<tags::LibcVersion> provider_floor(std::string_view distribution, std::string_view soname);

} // namespace wheelforge::audit
