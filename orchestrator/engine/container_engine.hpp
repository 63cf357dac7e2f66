// Containers and images behind one interface, whatever engine the machine has.
#pragma once

#include "orchestrator/engine/container_spec.hpp"
#include "orchestrator/host/clock.hpp"

#include <functional>
#include <memory>
#include <stop_token>

namespace wheelforge::engine {

/// Which engine, and what it can do.
struct EngineInfo {
  enum class Kind { docker, podman };
  Kind kind = Kind::docker;
  std::string program{};        ///< as found in PATH
  std::string client_version{}; ///< "28.2.2"
  std::string server_version{}; ///< "20.10.24"; podman without a service: the client's
  std::string api_version{};    ///< the lower one of client's and server's, "1.41"
  std::string architecture{};   ///< of the machine that runs the containers, as the kernel names it: "x86_64"
  bool rootless = false;
  bool remote = false;       ///< its machine is not ours: bind mounts and cgroup files are out of reach
  bool selinux = false;      ///< its machine enforces SELinux
  bool has_init = false;     ///< ContainerSpec::init works
  int cgroup_version = 0;    ///< 1 or 2
  std::string root_folder{}; ///< where it keeps images and containers (for free space), empty if unknown
};
[[nodiscard]] std::string_view to_string(EngineInfo::Kind kind);

/// An image that the engine has.
struct ImageInfo {
  std::string id{};                   ///< "sha256:…", of its configuration
  std::vector<std::string> digests{}; ///< "quay.io/pypa/x@sha256:…", where it came from a registry
  std::vector<std::string> tags{};
  std::string os{};
  std::string architecture{}; ///< Go's name: "amd64", "386", "arm64"
  std::string variant{};      ///< "v7"
  Environment environment{};
  std::vector<std::string> entrypoint{};
  std::vector<std::string> command{};
  Labels labels{};
  std::uint64_t size_bytes = 0;
};

/// A container as the engine sees it now.
struct ContainerState {
  std::string id{};
  std::string name{};
  std::string image{};
  Labels labels{};
  bool running = false;
  bool oom_killed = false; ///< stays false for an exec'd process while the container runs
  int exit_code = 0;
  std::int64_t pid = 0; ///< of process 1, as the engine's machine counts
};

/// What a container has used of memory; nothing where the machine does not say.
struct MemoryUse {
  std::optional<std::uint64_t> peak_bytes{}; ///< the highest it ever was (page cache included)
  std::optional<std::uint64_t> limit_bytes{};
  std::optional<std::uint64_t> kills{}; ///< processes killed for want of memory since the container's start
};

/// Receives a stream of bytes; an error ends the stream's producer.
using ByteConsumer = std::function<Result<void>(std::string_view)>;

/// A docker or podman engine. All functions may be called from several threads at once, block, and end early when
/// `stop` is requested (kind cancelled). Kinds of failure, each with a hint:
///   temporary          the engine was lost, a container was removed behind our back, or a registry did not answer
///   engine_unavailable the engine does not answer at all (only from detect_engine)
///   disk_full          the engine's disk is full
///   not_found          no such image here, or no such image in its registry
///   failed             anything else, with the engine's own words
class ContainerEngine {
public:
  virtual ~ContainerEngine() = default;

  [[nodiscard]] virtual const EngineInfo& info() const = 0;

  /// What the engine knows of an image it has; not_found when it has none of that name.
  [[nodiscard]] virtual Result<ImageInfo> inspect_image(const std::string& image) = 0;
  /// Fetches the image from its registry; refused addresses fail at once, lost connections are tried again with
  /// growing waits. `platform` may be empty. Progress goes to the sink.
  [[nodiscard]] virtual Result<void> pull_image(const std::string& image, const std::string& platform,
                                                const host::OutputSink& sink, std::stop_token stop) = 0;
  [[nodiscard]] virtual Result<void> tag_image(const std::string& image, const std::string& name) = 0;
  [[nodiscard]] virtual Result<void> remove_image(const std::string& image) = 0;
  /// Writes the images to a tar file that load_images() reads; the file must not exist yet.
  [[nodiscard]] virtual Result<void> save_images(const std::vector<std::string>& images,
                                                 const std::filesystem::path& file, std::stop_token stop) = 0;
  /// Adds the images of a file; returns their names (or ids).
  [[nodiscard]] virtual Result<std::vector<std::string>> load_images(const std::filesystem::path& file,
                                                                     std::stop_token stop) = 0;
  /// Makes an image from a root file system's tar; `changes` are Dockerfile lines ("ENV A=b", "ENTRYPOINT [\"x\"]").
  /// Returns its id.
  [[nodiscard]] virtual Result<std::string> import_image(const std::filesystem::path& root_tar, const std::string& name,
                                                         const std::vector<std::string>& changes,
                                                         std::stop_token stop) = 0;
  /// Makes an image of a container's files as they are now; returns its id.
  [[nodiscard]] virtual Result<std::string> commit_container(const std::string& container, const std::string& name,
                                                             const Labels& labels, std::stop_token stop) = 0;

  /// Makes and starts a container; returns its id. When it fails or is cancelled, no container is left.
  /// Use start() below, whose result removes itself.
  [[nodiscard]] virtual Result<std::string> run_container(const ContainerSpec& spec, std::stop_token stop) = 0;
  /// Runs a command in it and waits for the end. After a time limit every process but the first is killed; after a
  /// stop the caller removes the container.
  [[nodiscard]] virtual Result<ExecResult> exec(const std::string& container, const ExecSpec& spec,
                                                const host::OutputSink& sink, std::stop_token stop) = 0;
  /// Opens a shell (or argv) for a person on our terminal; returns its exit code.
  [[nodiscard]] virtual Result<int> exec_interactive(const std::string& container, const ExecSpec& spec) = 0;
  /// Unpacks a tar stream in the folder, which must exist ("/" does: let the names in the tar bring the folders).
  /// Owners in the tar are kept. The image needs no tar program.
  [[nodiscard]] virtual Result<void> copy_in(const std::string& container, const std::string& folder,
                                             host::ByteProducer tar, std::stop_token stop) = 0;
  /// A tar stream of a file or folder inside, raw as the container wrote it: read it with tar_reader.hpp, which trusts
  /// nothing. not_found when there is no such path.
  [[nodiscard]] virtual Result<void> copy_out(const std::string& container, const std::string& path,
                                              const ByteConsumer& tar, std::stop_token stop) = 0;
  /// Takes the container's network away, or gives it back; running processes notice. Fails where the engine cannot
  /// (rootless podman): start with Network::off there.
  [[nodiscard]] virtual Result<void> set_network(const std::string& container, Network network,
                                                 std::stop_token stop) = 0;
  [[nodiscard]] virtual Result<ContainerState> inspect_container(const std::string& container) = 0;
  /// Memory figures of a running container, from its cgroup.
  [[nodiscard]] virtual Result<MemoryUse> memory_use(const std::string& container) = 0;
  /// Kills and removes containers with their anonymous volumes in one call; those that are gone already are fine.
  /// Not cut short by a stop: it is what a stop leads to.
  [[nodiscard]] virtual Result<void> remove_containers(const std::vector<std::string>& containers) = 0;

  /// All containers, running or not, that have this label (any value, or exactly "key=value").
  [[nodiscard]] virtual Result<std::vector<ContainerState>> list_containers(const std::string& label) = 0;
  [[nodiscard]] virtual Result<void> create_volume(const std::string& name, const Labels& labels) = 0;
  /// Names of the volumes with this label.
  [[nodiscard]] virtual Result<std::vector<std::string>> list_volumes(const std::string& label) = 0;
  [[nodiscard]] virtual Result<void> remove_volume(const std::string& name) = 0;
};

/// Which engine the user wants.
enum class EngineChoice { automatic, docker, podman };

/// Where an engine runs its containers.
enum class EngineSite {
  here,      ///< on this machine, as far as can be told
  elsewhere, ///< on another one, whatever it looks like
};

/// The engine of this machine: the chosen one, or with `automatic` docker if its daemon answers, else podman. Fails
/// with engine_unavailable and says for each what is wrong and what to do. Wants API 1.41 (docker 20.10) or podman 3.
/// The runner and the clock must outlive the engine.
[[nodiscard]] Result<std::unique_ptr<ContainerEngine>> detect_engine(host::ProcessRunner& runner, host::Clock& clock,
                                                                     EngineChoice choice = EngineChoice::automatic,
                                                                     EngineSite site = EngineSite::here);

/// What must stand before exec'd commands so that they run as the image's own process 1 would, on a machine of its own:
/// the image's ENTRYPOINT on 32-bit images (there it runs linux32, which exec does not inherit), linux32 itself where
/// a 32-bit image has no ENTRYPOINT, else nothing.
[[nodiscard]] std::vector<std::string> exec_prefix(const ImageInfo& image);

} // namespace wheelforge::engine
