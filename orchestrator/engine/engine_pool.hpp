// Several engines as one: each image, and what is made from it, belongs to the machine that builds its architecture.
#pragma once

#include "orchestrator/engine/container_engine.hpp"
#include "orchestrator/host/file_system.hpp"
#include "orchestrator/host/process_runner.hpp"

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace wheelforge::engine {

/// Opens the engine of another machine by its address: "ssh://user@host" and "tcp://…" as docker knows them (podman
/// takes them too, with the path of its socket), "connection:NAME" for one that `podman system connection` lists. The
/// runner and the clock must outlive it. Fails (kind usage) for other addresses, and (kind engine_unavailable) where no
/// engine answers there.
[[nodiscard]] Result<std::unique_ptr<ContainerEngine>> connect_engine(host::ProcessRunner& runner, host::Clock& clock,
                                                                      const std::string& url);

/// This machine's engine, and others. A call goes to the engine that has the container; where an image is named, to the
/// one that was given it. On other machines our folders are out of reach: files to be mounted read-only are copied in
/// instead, and mounted folders are left out.
class EnginePool final : public ContainerEngine {
public:
  EnginePool(std::unique_ptr<ContainerEngine> own, const host::FileSystem& files)
      : own_(std::move(own)), files_(files) {}

  /// Adds another machine's engine; images of these names, whatever their tag or digest, are looked for, pulled and run
  /// there.
  void add(std::unique_ptr<ContainerEngine> engine, const std::vector<std::string>& images);

  const EngineInfo& info() const override { return own_->info(); }

  Result<ImageInfo> inspect_image(const std::string& image) override;
  Result<void> pull_image(const std::string& image, const std::string& platform, const host::OutputSink& sink,
                          std::stop_token stop) override;
  Result<void> tag_image(const std::string& image, const std::string& name) override;
  Result<void> remove_image(const std::string& image) override;
  Result<void> save_images(const std::vector<std::string>& images, const std::filesystem::path& file,
                           std::stop_token stop) override;
  Result<std::vector<std::string>> load_images(const std::filesystem::path& file, std::stop_token stop) override;
  Result<std::string> import_image(const std::filesystem::path& root_tar, const std::string& name,
                                   const std::vector<std::string>& changes, std::stop_token stop) override;
  Result<std::string> commit_container(const std::string& container, const std::string& name, const Labels& labels,
                                       std::stop_token stop) override;

  Result<std::string> run_container(const ContainerSpec& spec, std::stop_token stop) override;
  Result<ExecResult> exec(const std::string& container, const ExecSpec& spec, const host::OutputSink& sink,
                          std::stop_token stop) override;
  Result<int> exec_interactive(const std::string& container, const ExecSpec& spec) override;
  Result<void> copy_in(const std::string& container, const std::string& folder, host::ByteProducer tar,
                       std::stop_token stop) override;
  Result<void> copy_out(const std::string& container, const std::string& path, const ByteConsumer& tar,
                        std::stop_token stop) override;
  Result<void> set_network(const std::string& container, Network network, std::stop_token stop) override;
  Result<ContainerState> inspect_container(const std::string& container) override;
  Result<MemoryUse> memory_use(const std::string& container) override;
  Result<void> remove_containers(const std::vector<std::string>& containers) override;

  Result<std::vector<ContainerState>> list_containers(const std::string& label) override;
  Result<void> create_volume(const std::string& name, const Labels& labels) override;
  Result<std::vector<std::string>> list_volumes(const std::string& label) override;
  Result<void> remove_volume(const std::string& name) override;

private:
  [[nodiscard]] ContainerEngine& of_image(const std::string& image);
  [[nodiscard]] ContainerEngine& of_container(const std::string& container);
  [[nodiscard]] std::vector<ContainerEngine*> all();

  std::unique_ptr<ContainerEngine> own_;
  const host::FileSystem& files_;
  std::vector<std::unique_ptr<ContainerEngine>> others_;
  std::mutex mutex_;                               ///< guards the two maps
  std::map<std::string, ContainerEngine*> images_; ///< by name without tag and digest, and by id
  std::map<std::string, ContainerEngine*> containers_;
};

} // namespace wheelforge::engine
