// Which CPython has which symbol of the C API, and which symbols are in the stable ABI since when.
#pragma once

#include "orchestrator/tags/abi_tag.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace wheelforge::audit {

/// The CPython versions that the table of exported symbols was made from. Source: data/python_symbols.txt.
inline constexpr tags::PythonVersion kFirstKnownPython{3, 6};
inline constexpr tags::PythonVersion kLastKnownPython{3, 13};

/// What is known of one symbol in one version.
enum class SymbolPresence : std::uint8_t {
  present,
  absent,          ///< this version does not export it, though others do
  never_seen,      ///< no version in the table exports it
  version_unknown, ///< the version is not in the table and the table does not decide
};

/// Whether a CPython exports a C API symbol. For versions after the table: absent where the last known one has dropped
/// it, present where it has it.
[[nodiscard]] SymbolPresence python_symbol(std::string_view name, tags::PythonVersion version);

/// The last CPython that exports the symbol, where that is before the last known one.
[[nodiscard]] std::optional<tags::PythonVersion> last_python_with(std::string_view name);

/// The version in which the symbol joined the stable ABI; nothing where it is not in it. Source: data/stable_abi.txt.
[[nodiscard]] std::optional<tags::PythonVersion> in_stable_abi_since(std::string_view name);

} // namespace wheelforge::audit
