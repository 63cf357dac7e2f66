// The real engine: docker's or podman's command line behind the interface.
#pragma once

#include "orchestrator/engine/cgroup_memory.hpp"
#include "orchestrator/engine/engine_call.hpp"
#include "orchestrator/engine/inspection.hpp"

#include <mutex>

namespace wheelforge::engine {

/// What is remembered of a container between calls.
struct Remembered {
  std::vector<std::string> networks; ///< those that set_network took away
  bool has_usual_network = false;    ///< that of containers for which none is named, and no other
  bool isolates_exec = false;        ///< its network cannot be taken away: each exec'd command gets a namespace without
  std::optional<MemoryGroup> memory;
};

/// See ContainerEngine for what each function promises.
class CliEngine final : public ContainerEngine {
public:
  /// An engine that is known to answer; the runner and the clock must outlive it.
  CliEngine(EngineInfo info, host::ProcessRunner& runner, host::Clock& clock,
            std::unique_ptr<const host::FileSystem> files)
      : info_(std::move(info)), runner_(runner), clock_(clock), files_(std::move(files)) {}

  const EngineInfo& info() const override { return info_; }

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
  Result<host::ProcessResult> call(const Arguments& arguments, std::string_view what, const CallOptions& options = {}) {
    return call_engine(runner_, arguments, what, options);
  }
  Result<void> call_quietly(const Arguments& arguments, std::string_view what, const CallOptions& options = {}) {
    WF_TRY_VOID(call(arguments, what, options));
    return {};
  }
  Result<InspectedContainer> inspect(const std::string& container);
  Result<ExecResult> judge_failed_exec(const std::string& container, ExecResult result,
                                       std::optional<std::uint64_t> kills_before);
  Result<void> take_network(const std::string& container, std::stop_token stop);
  Result<void> isolate_exec(const std::string& container);
  Result<InspectedContainer> inspect_after_failure(const std::string& container);
  bool is_ending(const ContainerState& state);
  void kill_all_inside(const std::string& container);
  std::string last_words_of(const std::string& container);
  std::optional<std::uint64_t> local_kills(const std::string& container);

  Remembered remembered(const std::string& container) {
    const std::scoped_lock lock(mutex_);
    return containers_[container];
  }
  template <class Change>
  void remember(const std::string& container, Change change) {
    const std::scoped_lock lock(mutex_);
    change(containers_[container]);
  }

  EngineInfo info_;
  host::ProcessRunner& runner_;
  host::Clock& clock_;
  std::unique_ptr<const host::FileSystem> files_; ///< for the control groups' files
  std::mutex mutex_;                              ///< guards containers_
  std::map<std::string, Remembered> containers_;
};

} // namespace wheelforge::engine
