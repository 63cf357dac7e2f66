// What all cells of one run share: the doors to the machine, the source tree, the folders, the registries.
#pragma once

#include "orchestrator/cross/tool_sets.hpp"
#include "orchestrator/engine/background_removal.hpp"
#include "orchestrator/engine/container.hpp"
#include "orchestrator/engine/host_trust.hpp"
#include "orchestrator/host/clock.hpp"
#include "orchestrator/host/file_system.hpp"
#include "orchestrator/matrix/matrix_file.hpp"
#include "orchestrator/pipeline/image_store.hpp"
#include "orchestrator/pipeline/step_inputs.hpp"
#include "orchestrator/pipeline/step_store.hpp"
#include "orchestrator/pipeline/wheel_claims.hpp"
#include "orchestrator/source/source_tree.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>

namespace wheelforge::pipeline {

/// Images made by before-all, by the id of the shared task that makes them. Thread-safe.
class BeforeAllImages {
public:
  void put(const std::string& task, const std::string& image);
  /// The image's id; empty where the task has not made one.
  [[nodiscard]] std::string get(const std::string& task) const;
  [[nodiscard]] std::vector<std::string> all() const;

private:
  mutable std::mutex mutex_;
  std::map<std::string, std::string> images_;
};

/// Where an emulator has crashed: the first time is bad luck, the second is not. Thread-safe.
class EmulatorCrashes {
public:
  /// True the first time that it is asked of this place.
  [[nodiscard]] bool is_first(const std::string& place) {
    const std::scoped_lock lock(mutex_);
    return places_.insert(place).second;
  }

private:
  std::mutex mutex_;
  std::set<std::string> places_;
};

/// Fetched toolchains, by toolchain_key().
using Prefixes = std::map<std::string, std::filesystem::path>;

/// Everything a step needs beyond its own cell. References outlive the run.
struct RunContext {
  host::FileSystem& files;
  host::Clock& clock;
  engine::ContainerEngine& engine;
  const source::SourceTree& tree;
  engine::HostTrust trust;             ///< certificate bundle and proxies for containers
  matrix::EngineTable engine_table;    ///< limits of a cell
  engine::Owner owner;                 ///< of every container, its cell left empty
  host::EnvironmentReader environment; ///< of this machine, for environment-pass
  std::filesystem::path folder;        ///< .wheelforge/runs/<id>
  std::filesystem::path output;        ///< where finished wheels go
  Prefixes toolchains;
  std::filesystem::path tools;                                       ///< cache of programs brought into containers (uv)
  std::map<std::string, std::vector<std::string>> dependency_groups; ///< of the project, resolved (PEP 735)
  StepFacts facts;                                                   ///< what results depend on
  StepStore* store = nullptr;                                        ///< keeps results; null: nothing is kept
  bool compiler_cache = false;                                       ///< ccache around the compilers
  ImageStore& images;
  WheelClaims claims;
  BeforeAllImages before_all_images;
  cross::ToolSets* tool_sets = nullptr; ///< for cells of foreign architectures; null: everything runs emulated
  EmulatorCrashes emulator_crashes{};
  std::string cross_compilers = "auto";          ///< [cross] compilers
  engine::BackgroundRemoval* removals = nullptr; ///< takes containers that nobody needs; null: they go at once
};

/// A container of the run: named, labelled, limited, trusted and with the shared package cache mounted.
[[nodiscard]] engine::ContainerSpec container_spec(const RunContext& run, const std::string& cell,
                                                   const std::string& purpose, const std::string& image,
                                                   const engine::ImageInfo& info);

} // namespace wheelforge::pipeline
