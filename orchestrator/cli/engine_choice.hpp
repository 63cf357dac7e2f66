// From the word for an engine to the choice of it.
#pragma once

#include "orchestrator/engine/container_engine.hpp"

#include <string_view>

namespace wheelforge::cli {

/// "docker" and "podman" by name, everything else is automatic.
[[nodiscard]] inline engine::EngineChoice engine_choice(std::string_view name) {
  return name == "docker"   ? engine::EngineChoice::docker
         : name == "podman" ? engine::EngineChoice::podman
                            : engine::EngineChoice::automatic;
}

} // namespace wheelforge::cli
