// Asks for an image's id without starting a process: a daemon's socket, or the files of podman's storage.
#pragma once

#include "orchestrator/engine/container_engine.hpp"
#include "orchestrator/host/file_system.hpp"
#include "orchestrator/host/terminal.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace wheelforge::engine {

/// The id ("sha256:…") under which the chosen engine has the image of that name; nothing where it has none, or where
/// that cannot be told without starting its program (an engine on another machine, an unusual storage folder).
[[nodiscard]] std::optional<std::string> probe_image(EngineChoice choice, const std::string& image,
                                                     const host::FileSystem& files,
                                                     const host::EnvironmentReader& environment);

/// The id of the image of that name in the text of a containers-storage images.json.
/// Source: github.com/containers/storage, store.go.
[[nodiscard]] std::optional<std::string> find_stored_image(std::string_view images_json, const std::string& image);

} // namespace wheelforge::engine
