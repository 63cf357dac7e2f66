// Whether a project's own files announce wheels for the stable ABI.
#pragma once

#include <string_view>

namespace wheelforge::pipeline {

/// True where the text of a pyproject.toml, setup.cfg, setup.py, Cargo.toml or meson.build has one of the words by
/// which build back ends are asked for abi3 wheels. A wrong guess costs nothing but order: cells wait for the first
/// one's build, or build a wheel that another cell's would have served for.
[[nodiscard]] bool announces_stable_abi(std::string_view text);

} // namespace wheelforge::pipeline
