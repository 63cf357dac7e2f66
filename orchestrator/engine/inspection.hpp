// Reads what docker and podman say about themselves, their images and containers in JSON.
#pragma once

#include "orchestrator/engine/container_engine.hpp"

namespace wheelforge::engine {

/// A container's state together with what the engine module needs beyond it.
struct InspectedContainer {
  ContainerState state;
  std::vector<std::string> networks; ///< names of those it is connected to, "none" left out
  std::string network_mode;          ///< what it was started with: "bridge", "none", "slirp4netns", …
};

/// The array that `container inspect` prints. Fails with invalid_data.
[[nodiscard]] Result<std::vector<InspectedContainer>> parse_containers(std::string_view json);

/// The array that `image inspect` prints, of which the first is returned. Fails with invalid_data.
[[nodiscard]] Result<ImageInfo> parse_image(std::string_view json);

/// What `docker version` and `docker info` say of a docker engine; podman's docker-like service is told by its name.
[[nodiscard]] Result<EngineInfo> parse_docker(std::string_view version_json, std::string_view info_json,
                                              std::string_view own_kernel);

/// What `podman version` says. Facts of the machine are left for the caller.
[[nodiscard]] Result<EngineInfo> parse_podman(std::string_view version_json);

/// Whether `docker version`'s JSON comes from podman under docker's name (the package podman-docker).
[[nodiscard]] bool is_podman_in_disguise(std::string_view version_json);

/// The names, or ids, in what `load` prints: "Loaded image: NAME", podman 3: "Loaded image(s): NAME,NAME".
[[nodiscard]] std::vector<std::string> parse_loaded_images(std::string_view output);

/// Compares dotted numbers: 1.9 < 1.41, "4.3.1" >= "3". What is not a number counts as 0.
[[nodiscard]] bool is_at_least(std::string_view version, std::string_view wanted);

} // namespace wheelforge::engine
