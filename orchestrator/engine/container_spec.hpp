// What a container is made from, as a value.
#pragma once

#include "orchestrator/host/process_identity.hpp"
#include "orchestrator/host/process_runner.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace wheelforge::engine {

using host::Environment;
using Labels = std::map<std::string, std::string>;

/// A folder of ours, or a volume, that a container sees.
struct Mount {
  enum class Kind { volume, bind, tmpfs };
  enum class Access { read_only, read_write };

  Kind kind = Kind::volume;
  std::string source; ///< the volume's name or the host's absolute path; empty for tmpfs, and for a volume without a
                      ///< name, which goes with the container
  std::string target; ///< the absolute path inside
  Access access = Access::read_write;
  std::optional<std::uint64_t> size_bytes; ///< of a tmpfs

  bool operator==(const Mount&) const = default;
};

enum class Network { off, on };

/// What a container may use; nothing said = as much as the engine gives.
struct Limits {
  std::optional<std::uint64_t> memory_bytes; ///< without swap on top
  std::optional<double> cpus;
  std::optional<int> processes;
  std::optional<std::uint64_t> shared_memory_bytes; ///< /dev/shm

  bool operator==(const Limits&) const = default;
};

/// A long-lived, idle container in which commands are exec'd.
struct ContainerSpec {
  std::string image;    ///< a reference or an id that the engine has (pull_image first)
  std::string platform; ///< "linux/arm64"; empty = the image's own
  std::string name;     ///< unique on the engine; see owner_name()
  Labels labels;        ///< put owner_labels() in
  Environment environment;
  std::vector<Mount> mounts;
  Network network = Network::off;
  Limits limits;
  std::string folder; ///< working directory; made where it is missing; empty = the image's
  std::string user;   ///< empty = the image's
  /// Put instead of the image's ENTRYPOINT; nullopt keeps it, an empty list has none.
  std::optional<std::vector<std::string>> entrypoint;
  /// What runs as process 1; empty = idle until removed (kIdleCommand), reaping orphans.
  std::vector<std::string> command;
  /// Put before the argv of every exec'd command; see exec_prefix().
  std::vector<std::string> exec_prefix;
  bool init = false; ///< the engine's own init as process 1; the idle command reaps orphans without
  bool no_new_privileges = true;
  std::vector<std::string> extra_arguments; ///< further words for the engine's `run`, as the user wrote them
};

/// A command in a running container.
struct ExecSpec {
  std::vector<std::string> argv{};
  Environment environment{}; ///< on top of the container's
  std::string folder{};      ///< empty = the container's
  std::string user{};        ///< empty = the container's
  host::Input input = host::NoInput{};
  std::optional<std::chrono::milliseconds> timeout{};
  std::size_t capture_bytes = 1U << 20U;
};

/// How an exec'd command ended. Only `exited` says that the command ended by itself.
enum class ExecEnd { exited, out_of_memory, timed_out, cancelled };

struct ExecResult {
  ExecEnd end = ExecEnd::exited;
  int exit_code = 0; ///< as a shell counts: 128 + signal
  std::string out{}; ///< the last capture_bytes of stdout
  std::string err{}; ///< the last capture_bytes of stderr
  std::chrono::milliseconds duration{0};

  [[nodiscard]] bool ok() const { return end == ExecEnd::exited && exit_code == 0; }
};

/// Who owns what we make on an engine; the labels by which a later start tells the dead from the living.
struct Owner {
  std::string run;  ///< the run's id
  std::string cell; ///< the cell's id; may be empty
  host::ProcessIdentity process;

  bool operator==(const Owner&) const = default;
};

/// "wheelforge.run", ".cell", ".machine", ".host" (boot id), ".namespace", ".pid", ".start".
[[nodiscard]] Labels owner_labels(const Owner& owner);
/// The owner written in labels; nothing when one is missing or malformed (then it is not ours).
[[nodiscard]] std::optional<Owner> owner_of(const Labels& labels);
/// A name for a container of this owner: "wheelforge-RUN-CELL-PURPOSE", with only the characters that engines allow.
[[nodiscard]] std::string owner_name(const Owner& owner, std::string_view purpose);

} // namespace wheelforge::engine
