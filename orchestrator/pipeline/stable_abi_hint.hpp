// Wheels for the stable ABI: whether a project announces them, and which Pythons one serves.
#pragma once

#include "orchestrator/wheel/wheel_name.hpp"

#include "orchestrator/wheel/wheel_name.hpp"
#include <optional>

#include <optional>
#include <string_view>

namespace wheelforge::pipeline {

/// True where the text of a pyproject.toml, setup.cfg, setup.py, Cargo.toml or meson.build has one of the words by
/// which build back ends are asked for abi3 wheels. A wrong guess costs nothing but order: cells wait for the first
/// one's build, or build a wheel that another cell's would have served for.
[[nodiscard]] bool announces_stable_abi(std::string_view text);

/// For a wheel of the stable ABI: the minor version of the oldest Python 3 it serves; nothing for other wheels.
[[nodiscard]] std::optional<int> stable_abi_minor(const wheel::WheelName& name);

/// For a wheel of the stable ABI: the minor version of the oldest Python 3 it serves; nothing for other wheels.
[[nodiscard]] std::optional<int> stable_abi_minor(const wheel::WheelName& name);

} // namespace wheelforge::pipeline
