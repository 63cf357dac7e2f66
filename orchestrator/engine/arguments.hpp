// The engines' command lines, rendered from values; no process is started here.
#pragma once

#include "orchestrator/engine/container_engine.hpp"

namespace wheelforge::engine {

using Arguments = std::vector<std::string>;

/// What an idle container runs: a shell that sleeps, reaps orphans (as process 1 must), outlives a `kill -9 -1` from
/// inside, and ends at once on SIGTERM. Every image with a shell has it.
[[nodiscard]] Arguments idle_command();

/// What stands before a command that must see no network in a container that cannot lose it: a user and network
/// namespace of its own, with the loopback interface up where `ip` is there.
[[nodiscard]] Arguments no_network_prefix();

/// Each function returns the whole argv, the program's name included; `which` decides between the engines' dialects.
[[nodiscard]] Arguments run_arguments(const EngineInfo& which, const ContainerSpec& spec);
[[nodiscard]] Arguments exec_arguments(const EngineInfo& which, const std::string& container, const ExecSpec& spec);
/// With a terminal, for a person.
[[nodiscard]] Arguments exec_interactive_arguments(const EngineInfo& which, const std::string& container,
                                                   const ExecSpec& spec);
[[nodiscard]] Arguments copy_in_arguments(const EngineInfo& which, const std::string& container,
                                          const std::string& folder);
[[nodiscard]] Arguments copy_out_arguments(const EngineInfo& which, const std::string& container,
                                           const std::string& path);
[[nodiscard]] Arguments remove_containers_arguments(const EngineInfo& which,
                                                    const std::vector<std::string>& containers);
[[nodiscard]] Arguments inspect_containers_arguments(const EngineInfo& which,
                                                     const std::vector<std::string>& containers);
[[nodiscard]] Arguments list_containers_arguments(const EngineInfo& which, const std::string& label);
[[nodiscard]] Arguments network_arguments(const EngineInfo& which, Network network, const std::string& name,
                                          const std::string& container);
[[nodiscard]] Arguments logs_arguments(const EngineInfo& which, const std::string& container);
[[nodiscard]] Arguments pull_arguments(const EngineInfo& which, const std::string& image, const std::string& platform);
[[nodiscard]] Arguments inspect_image_arguments(const EngineInfo& which, const std::string& image);
[[nodiscard]] Arguments save_arguments(const EngineInfo& which, const std::vector<std::string>& images,
                                       const std::string& file);
[[nodiscard]] Arguments load_arguments(const EngineInfo& which, const std::string& file);
[[nodiscard]] Arguments import_arguments(const EngineInfo& which, const std::string& file, const std::string& name,
                                         const std::vector<std::string>& changes);
[[nodiscard]] Arguments commit_arguments(const EngineInfo& which, const std::string& container, const std::string& name,
                                         const Labels& labels);
[[nodiscard]] Arguments create_volume_arguments(const EngineInfo& which, const std::string& name, const Labels& labels);
[[nodiscard]] Arguments list_volumes_arguments(const EngineInfo& which, const std::string& label);

} // namespace wheelforge::engine
