// The common form of a run's containers.
#include "orchestrator/pipeline/run_context.hpp"

#include "orchestrator/pipeline/container_layout.hpp"

#include <fmt/core.h>

namespace wheelforge::pipeline {
namespace {
/// Fork bombs end here; far above what a compiler run needs.
constexpr int kDefaultProcesses = 4096;

/// What makes pip and uv quiet, shared and fast, whatever they are asked to install.
engine::Environment package_tools_environment() {
  return {
      {"PIP_CACHE_DIR", fmt::format("{}/pip", kCache)},
      {"PIP_DISABLE_PIP_VERSION_CHECK", "1"},
      {"PIP_ROOT_USER_ACTION", "ignore"},
      {"UV_CACHE_DIR", fmt::format("{}/uv", kCache)},
      {"UV_LINK_MODE", "copy"}, // the cache is another file system: hard links cannot reach across
      {"UV_NO_PROGRESS", "1"},
      {"UV_PYTHON_DOWNLOADS", "never"},
  };
}
} // namespace

void BeforeAllImages::put(const std::string& task, const std::string& image) {
  const std::scoped_lock lock(mutex_);
  images_[task] = image;
}

std::string BeforeAllImages::get(const std::string& task) const {
  const std::scoped_lock lock(mutex_);
  const auto image = images_.find(task);
  return image == images_.end() ? std::string() : image->second;
}

std::vector<std::string> BeforeAllImages::all() const {
  const std::scoped_lock lock(mutex_);
  std::vector<std::string> all;
  for (const auto& [task, image] : images_) {
    all.push_back(image);
  }
  return all;
}

engine::ContainerSpec container_spec(const RunContext& run, const std::string& cell, const std::string& purpose,
                                     const std::string& image, const engine::ImageInfo& info) {
  engine::Owner owner = run.owner;
  owner.cell = cell;
  engine::ContainerSpec spec;
  spec.image = image;
  spec.name = engine::owner_name(owner, purpose);
  spec.labels = engine::owner_labels(owner);
  spec.exec_prefix = engine::exec_prefix(info);
  spec.environment = package_tools_environment();
  spec.environment.insert(run.trust.environment.begin(), run.trust.environment.end());
  spec.environment.merge(source::git_trust_environment());
  spec.environment["WHEELFORGE"] = "1";
  spec.environment["WHEELFORGE_CELL"] = cell;
  if (const std::int64_t epoch = run.tree.revision().epoch; epoch > 0) {
    spec.environment["SOURCE_DATE_EPOCH"] = std::to_string(epoch);
  }
  spec.mounts = run.trust.mounts;
  spec.mounts.push_back({engine::Mount::Kind::volume, kCacheVolume, kCache, engine::Mount::Access::read_write, {}});
  spec.network = engine::Network::on;
  spec.limits.memory_bytes = run.engine_table.memory_bytes;
  spec.limits.cpus = run.engine_table.cpus;
  spec.limits.processes = run.engine_table.pids ? static_cast<int>(*run.engine_table.pids) : kDefaultProcesses;
  return spec;
}

} // namespace wheelforge::pipeline
