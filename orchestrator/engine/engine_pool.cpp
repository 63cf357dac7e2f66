// Sends each call to the engine that it is for.
#include "orchestrator/engine/engine_pool.hpp"

#include "orchestrator/engine/tar_member.hpp"

#include <algorithm>

namespace wheelforge::engine {
namespace {

/// Runs programs with more variables in their environment: the engines' clients take their machine's address from it.
class AddressedRunner final : public host::ProcessRunner {
public:
  AddressedRunner(host::ProcessRunner& runner, host::Environment environment)
      : runner_(runner), environment_(std::move(environment)) {}

  Result<host::ProcessResult> run(const host::Command& command, const host::OutputSink& sink,
                                  std::stop_token stop) override {
    return runner_.run(addressed(command), sink, std::move(stop));
  }
  Result<host::ProcessResult> run_interactive(const host::Command& command) override {
    return runner_.run_interactive(addressed(command));
  }

private:
  [[nodiscard]] host::Command addressed(host::Command command) const {
    command.environment.insert(environment_.begin(), environment_.end());
    return command;
  }

  host::ProcessRunner& runner_;
  host::Environment environment_;
};

/// A name without tag and digest; an id stays as it is.
std::string bare_name(const std::string& image) {
  std::string name = image.substr(0, image.find('@'));
  const std::size_t slash = name.rfind('/');
  const std::size_t colon = name.rfind(':');
  if (colon != std::string::npos && (slash == std::string::npos || colon > slash) && !name.starts_with("sha256:")) {
    name.resize(colon);
  }
  return name;
}

} // namespace

Result<std::unique_ptr<ContainerEngine>> connect_engine(host::ProcessRunner& runner, host::Clock& clock,
                                                        const std::string& url) {
  constexpr std::string_view kConnection = "connection:";
  const bool is_connection = url.starts_with(kConnection);
  if (!is_connection && !url.starts_with("ssh://") && !url.starts_with("tcp://") && !url.starts_with("unix://")) {
    return fail(
        ErrorKind::usage,
        "\"{}\" is no address of an engine, wanted ssh://USER@HOST, tcp://HOST:PORT or connection:NAME (podman)", url);
  }
  // A client's runner lives as long as its engine, and there is one for each of the few machines of a run.
  static std::mutex mutex;
  static std::vector<std::unique_ptr<AddressedRunner>> runners;
  host::Environment environment;
  if (is_connection) {
    environment["CONTAINER_CONNECTION"] = url.substr(kConnection.size());
  } else {
    environment["DOCKER_HOST"] = url;
    environment["CONTAINER_HOST"] = url;
  }
  AddressedRunner* addressed = nullptr;
  {
    const std::scoped_lock lock(mutex);
    runners.push_back(std::make_unique<AddressedRunner>(runner, std::move(environment)));
    addressed = runners.back().get();
  }
  auto engine = detect_engine(*addressed, clock, is_connection ? EngineChoice::podman : EngineChoice::automatic,
                              EngineSite::elsewhere);
  if (!engine) {
    Error error = with_context(std::move(engine).error(), "the engine at " + url);
    error.hint = "see whether `ssh HOST docker version` works without a question, and the hint of `wheelforge doctor`";
    return tl::unexpected(std::move(error));
  }
  return engine;
}

void EnginePool::add(std::unique_ptr<ContainerEngine> engine, const std::vector<std::string>& images) {
  const std::scoped_lock lock(mutex_);
  for (const std::string& image : images) {
    images_[bare_name(image)] = engine.get();
  }
  others_.push_back(std::move(engine));
}

ContainerEngine& EnginePool::of_image(const std::string& image) {
  const std::scoped_lock lock(mutex_);
  const auto known = images_.find(bare_name(image));
  return known == images_.end() ? *own_ : *known->second;
}

ContainerEngine& EnginePool::of_container(const std::string& container) {
  const std::scoped_lock lock(mutex_);
  const auto known = containers_.find(container);
  return known == containers_.end() ? *own_ : *known->second;
}

std::vector<ContainerEngine*> EnginePool::all() {
  std::vector<ContainerEngine*> engines{own_.get()};
  for (const auto& each : others_) {
    engines.push_back(each.get());
  }
  return engines;
}

Result<ImageInfo> EnginePool::inspect_image(const std::string& image) { return of_image(image).inspect_image(image); }

Result<void> EnginePool::pull_image(const std::string& image, const std::string& platform, const host::OutputSink& sink,
                                    std::stop_token stop) {
  return of_image(image).pull_image(image, platform, sink, std::move(stop));
}

Result<void> EnginePool::tag_image(const std::string& image, const std::string& name) {
  ContainerEngine& engine = of_image(image);
  {
    const std::scoped_lock lock(mutex_);
    images_[bare_name(name)] = &engine;
  }
  return engine.tag_image(image, name);
}

Result<void> EnginePool::remove_image(const std::string& image) { return of_image(image).remove_image(image); }

Result<void> EnginePool::save_images(const std::vector<std::string>& images, const std::filesystem::path& file,
                                     std::stop_token stop) {
  return own_->save_images(images, file, std::move(stop));
}

Result<std::vector<std::string>> EnginePool::load_images(const std::filesystem::path& file, std::stop_token stop) {
  return own_->load_images(file, std::move(stop));
}

Result<std::string> EnginePool::import_image(const std::filesystem::path& root_tar, const std::string& name,
                                             const std::vector<std::string>& changes, std::stop_token stop) {
  return of_image(name).import_image(root_tar, name, changes, std::move(stop));
}

Result<std::string> EnginePool::commit_container(const std::string& container, const std::string& name,
                                                 const Labels& labels, std::stop_token stop) {
  ContainerEngine& engine = of_container(container);
  WF_TRY(std::string id, engine.commit_container(container, name, labels, std::move(stop)));
  const std::scoped_lock lock(mutex_);
  images_[bare_name(name)] = &engine;
  images_[bare_name(id)] = &engine;
  return id;
}

Result<std::string> EnginePool::run_container(const ContainerSpec& spec, std::stop_token stop) {
  ContainerEngine& engine = of_image(spec.image);
  if (&engine == own_.get()) {
    return engine.run_container(spec, std::move(stop));
  }
  ContainerSpec reachable = spec;
  std::erase_if(reachable.mounts, [](const Mount& mount) { return mount.kind == Mount::Kind::bind; });
  WF_TRY(std::string id, engine.run_container(reachable, stop));
  for (const Mount& mount : spec.mounts) {
    if (mount.kind != Mount::Kind::bind) {
      continue;
    }
    const auto bytes = files_.read(mount.source);
    if (!bytes) {
      continue; // a folder: what it would have brought is only faster, not needed
    }
    const auto tar = tar_of_one_file(std::string_view(mount.target).substr(1), *bytes);
    const auto copied = tar ? engine.copy_in(id, "/", produce_text(*tar), stop) : Result<void>();
    if (!tar || !copied) {
      (void)engine.remove_containers({id});
      return tl::unexpected(tar ? copied.error() : tar.error());
    }
  }
  const std::scoped_lock lock(mutex_);
  containers_[id] = &engine;
  return id;
}

Result<ExecResult> EnginePool::exec(const std::string& container, const ExecSpec& spec, const host::OutputSink& sink,
                                    std::stop_token stop) {
  return of_container(container).exec(container, spec, sink, std::move(stop));
}

Result<int> EnginePool::exec_interactive(const std::string& container, const ExecSpec& spec) {
  return of_container(container).exec_interactive(container, spec);
}

Result<void> EnginePool::copy_in(const std::string& container, const std::string& folder, host::ByteProducer tar,
                                 std::stop_token stop) {
  return of_container(container).copy_in(container, folder, std::move(tar), std::move(stop));
}

Result<void> EnginePool::copy_out(const std::string& container, const std::string& path, const ByteConsumer& tar,
                                  std::stop_token stop) {
  return of_container(container).copy_out(container, path, tar, std::move(stop));
}

Result<void> EnginePool::set_network(const std::string& container, Network network, std::stop_token stop) {
  return of_container(container).set_network(container, network, std::move(stop));
}

Result<ContainerState> EnginePool::inspect_container(const std::string& container) {
  return of_container(container).inspect_container(container);
}

Result<MemoryUse> EnginePool::memory_use(const std::string& container) {
  return of_container(container).memory_use(container);
}

Result<void> EnginePool::remove_containers(const std::vector<std::string>& containers) {
  std::map<ContainerEngine*, std::vector<std::string>> by_engine;
  for (const std::string& container : containers) {
    by_engine[&of_container(container)].push_back(container);
  }
  Result<void> result;
  for (const auto& [engine, ids] : by_engine) {
    if (auto removed = engine->remove_containers(ids); !removed) {
      result = std::move(removed);
    }
  }
  const std::scoped_lock lock(mutex_);
  for (const std::string& container : containers) {
    containers_.erase(container);
  }
  return result;
}

Result<std::vector<ContainerState>> EnginePool::list_containers(const std::string& label) {
  std::vector<ContainerState> states;
  std::set<std::string> seen; // two addresses may lead to one machine
  for (ContainerEngine* engine : all()) {
    WF_TRY(const auto listed, engine->list_containers(label));
    for (const ContainerState& state : listed) {
      if (!seen.insert(state.id).second) {
        continue;
      }
      if (engine != own_.get()) {
        const std::scoped_lock lock(mutex_);
        containers_.emplace(state.id, engine);
      }
      states.push_back(state);
    }
  }
  return states;
}

Result<void> EnginePool::create_volume(const std::string& name, const Labels& labels) {
  for (ContainerEngine* engine : all()) {
    WF_TRY_VOID(engine->create_volume(name, labels));
  }
  return {};
}

Result<std::vector<std::string>> EnginePool::list_volumes(const std::string& label) {
  std::set<std::string> names;
  for (ContainerEngine* engine : all()) {
    WF_TRY(const auto listed, engine->list_volumes(label));
    names.insert(listed.begin(), listed.end());
  }
  return std::vector<std::string>(names.begin(), names.end());
}

Result<void> EnginePool::remove_volume(const std::string& name) {
  Result<void> result;
  for (ContainerEngine* engine : all()) {
    if (auto removed = engine->remove_volume(name); !removed && removed.error().kind != ErrorKind::not_found) {
      result = std::move(removed);
    }
  }
  return result;
}

} // namespace wheelforge::engine
