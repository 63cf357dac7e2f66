// A container engine without containers: they are objects here, with files, a network, and an owner that can be asked.
#pragma once

#include "orchestrator/engine/container_engine.hpp"

#include <mutex>

namespace wheelforge::engine {

/// Containers live until they are removed; leaks() tells of those that were not. Commands are answered by on_exec, or
/// end with 0. May be used from several threads.
class FakeEngine final : public ContainerEngine {
public:
  struct FakeContainer {
    ContainerState state;
    ContainerSpec spec;
    Network network = Network::off;
    std::vector<ExecSpec> commands;
    std::vector<std::string> copied_in; ///< the tar streams
  };

  FakeEngine() { info_ = {.program = "fake", .client_version = "1", .server_version = "1", .api_version = "1.41"}; }

  /// How commands end.
  std::function<Result<ExecResult>(FakeContainer&, const ExecSpec&, const host::OutputSink&, std::stop_token)> on_exec;
  /// The tar stream of a path, for copy_out; not_found without.
  std::function<Result<std::string>(FakeContainer&, const std::string& path)> on_copy_out;
  /// When set, every call fails with it: the engine is lost.
  std::optional<Error> lost;
  std::map<std::string, ImageInfo> images;
  std::map<std::string, Labels> volumes;

  /// The containers that exist, by id.
  [[nodiscard]] std::map<std::string, FakeContainer> containers() const {
    const std::scoped_lock lock(mutex_);
    return containers_;
  }
  /// Names of containers that nobody removed.
  [[nodiscard]] std::vector<std::string> leaks() const {
    std::vector<std::string> names;
    for (const auto& [id, container] : containers()) {
      names.push_back(container.state.name);
    }
    return names;
  }
  /// How many were started so far.
  [[nodiscard]] int started() const {
    const std::scoped_lock lock(mutex_);
    return next_id_;
  }
  /// Puts a container there as an earlier run would have left it.
  void add(ContainerState state) {
    const std::scoped_lock lock(mutex_);
    const std::string id = state.id;
    containers_[id].state = std::move(state);
  }

  [[nodiscard]] const EngineInfo& info() const override { return info_; }

  [[nodiscard]] Result<ImageInfo> inspect_image(const std::string& image) override {
    WF_TRY_VOID(answer());
    const auto found = images.find(image);
    if (found == images.end()) {
      return fail(ErrorKind::not_found, "no such image: {}", image);
    }
    return found->second;
  }
  [[nodiscard]] Result<void> pull_image(const std::string& image, const std::string&, const host::OutputSink&,
                                        std::stop_token) override {
    WF_TRY_VOID(answer());
    images[image].id = "sha256:" + image;
    return {};
  }
  [[nodiscard]] Result<void> tag_image(const std::string& image, const std::string& name) override {
    WF_TRY(images[name], inspect_image(image));
    return {};
  }
  [[nodiscard]] Result<void> remove_image(const std::string& image) override {
    images.erase(image);
    return answer();
  }
  [[nodiscard]] Result<void> save_images(const std::vector<std::string>&, const std::filesystem::path&,
                                         std::stop_token) override {
    return answer();
  }
  [[nodiscard]] Result<std::vector<std::string>> load_images(const std::filesystem::path&, std::stop_token) override {
    WF_TRY_VOID(answer());
    return std::vector<std::string>();
  }
  [[nodiscard]] Result<std::string> import_image(const std::filesystem::path&, const std::string& name,
                                                 const std::vector<std::string>&, std::stop_token) override {
    WF_TRY_VOID(answer());
    images[name].id = "sha256:" + name;
    return images[name].id;
  }
  [[nodiscard]] Result<std::string> commit_container(const std::string& container, const std::string& name,
                                                     const Labels& labels, std::stop_token) override {
    WF_TRY_VOID(find(container, [](FakeContainer&) {}));
    images[name] = {.id = "sha256:" + name, .tags = {name}, .labels = labels};
    return images[name].id;
  }

  [[nodiscard]] Result<std::string> run_container(const ContainerSpec& spec, std::stop_token stop) override {
    WF_TRY_VOID(answer());
    if (stop.stop_requested()) {
      return fail(ErrorKind::cancelled, "cancelled");
    }
    const std::scoped_lock lock(mutex_);
    if (!images.contains(spec.image)) {
      return fail(ErrorKind::not_found, "no such image: {}", spec.image);
    }
    const std::string id = fmt::format("id{}", ++next_id_);
    FakeContainer& container = containers_[id];
    container.spec = spec;
    container.network = spec.network;
    container.state = {.id = id, .name = spec.name, .image = spec.image, .labels = spec.labels, .running = true};
    return id;
  }
  [[nodiscard]] Result<ExecResult> exec(const std::string& container, const ExecSpec& spec,
                                        const host::OutputSink& sink, std::stop_token stop) override {
    FakeContainer* found = nullptr;
    WF_TRY_VOID(find(container, [&](FakeContainer& each) {
      each.commands.push_back(spec);
      found = &each; // map nodes stay where they are
    }));
    if (stop.stop_requested()) {
      return ExecResult{ExecEnd::cancelled, 143, {}, {}};
    }
    return on_exec ? on_exec(*found, spec, sink, std::move(stop)) : Result<ExecResult>(ExecResult{});
  }
  [[nodiscard]] Result<int> exec_interactive(const std::string& container, const ExecSpec&) override {
    WF_TRY_VOID(find(container, [](FakeContainer&) {}));
    return 0;
  }
  [[nodiscard]] Result<void> copy_in(const std::string& container, const std::string&, host::ByteProducer tar,
                                     std::stop_token) override {
    std::string bytes;
    std::vector<char> buffer(1U << 16U);
    for (;;) {
      WF_TRY(const std::size_t count, tar(buffer));
      if (count == 0) {
        break;
      }
      bytes.append(buffer.data(), count);
    }
    return find(container, [&](FakeContainer& each) { each.copied_in.push_back(bytes); });
  }
  [[nodiscard]] Result<void> copy_out(const std::string& container, const std::string& path, const ByteConsumer& tar,
                                      std::stop_token) override {
    FakeContainer* found = nullptr;
    WF_TRY_VOID(find(container, [&](FakeContainer& each) { found = &each; }));
    if (!on_copy_out) {
      return fail(ErrorKind::not_found, "no such path: {}", path);
    }
    WF_TRY(const std::string bytes, on_copy_out(*found, path));
    return tar(bytes);
  }
  [[nodiscard]] Result<void> set_network(const std::string& container, Network network, std::stop_token) override {
    return find(container, [&](FakeContainer& each) { each.network = network; });
  }
  [[nodiscard]] Result<ContainerState> inspect_container(const std::string& container) override {
    ContainerState state;
    WF_TRY_VOID(find(container, [&](FakeContainer& each) { state = each.state; }));
    return state;
  }
  [[nodiscard]] Result<MemoryUse> memory_use(const std::string& container) override {
    WF_TRY_VOID(find(container, [](FakeContainer&) {}));
    return MemoryUse{};
  }
  [[nodiscard]] Result<void> remove_containers(const std::vector<std::string>& names) override {
    WF_TRY_VOID(answer());
    const std::scoped_lock lock(mutex_);
    for (const std::string& name : names) {
      std::erase_if(containers_,
                    [&](const auto& each) { return each.first == name || each.second.state.name == name; });
    }
    return {};
  }
  [[nodiscard]] Result<std::vector<ContainerState>> list_containers(const std::string& label) override {
    WF_TRY_VOID(answer());
    const std::scoped_lock lock(mutex_);
    std::vector<ContainerState> states;
    for (const auto& [id, container] : containers_) {
      if (has_label(container.state.labels, label)) {
        states.push_back(container.state);
      }
    }
    return states;
  }
  [[nodiscard]] Result<void> create_volume(const std::string& name, const Labels& labels) override {
    volumes.emplace(name, labels);
    return answer();
  }
  [[nodiscard]] Result<std::vector<std::string>> list_volumes(const std::string& label) override {
    WF_TRY_VOID(answer());
    std::vector<std::string> names;
    for (const auto& [name, labels] : volumes) {
      if (has_label(labels, label)) {
        names.push_back(name);
      }
    }
    return names;
  }
  [[nodiscard]] Result<void> remove_volume(const std::string& name) override {
    volumes.erase(name);
    return answer();
  }

private:
  static bool has_label(const Labels& labels, const std::string& label) {
    const std::size_t equals = label.find('=');
    const auto found = labels.find(label.substr(0, equals));
    return found != labels.end() && (equals == std::string::npos || found->second == label.substr(equals + 1));
  }
  [[nodiscard]] Result<void> answer() const { return lost ? Result<void>(tl::unexpected(*lost)) : Result<void>(); }
  template <class Use>
  Result<void> find(const std::string& container, Use use) {
    WF_TRY_VOID(answer());
    const std::scoped_lock lock(mutex_);
    const auto found = containers_.find(container);
    if (found == containers_.end()) {
      return fail(ErrorKind::temporary, "no such container: {}", container);
    }
    use(found->second);
    return {};
  }

  EngineInfo info_;
  mutable std::mutex mutex_;
  std::map<std::string, FakeContainer> containers_;
  int next_id_ = 0;
};

} // namespace wheelforge::engine
