// Native cross compilers for foreign containers: made once, mounted read-only, put in the place of the image's own.
#pragma once

#include "orchestrator/engine/container.hpp"
#include "orchestrator/host/file_system.hpp"
#include "orchestrator/host/process_runner.hpp"
#include "orchestrator/plan/compilers.hpp"

#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

namespace wheelforge::cross {

/// Where a container sees the tool set; its programs are bound to this path.
inline constexpr const char* kMountPoint = "/wheelforge/cross";
/// The variable by which programs of ours inside learn of it.
inline constexpr const char* kVariable = "WHEELFORGE_CROSS";

/// The tool sets in this machine's cache. Thread-safe; the doors must outlive it.
class ToolSets {
public:
  ToolSets(host::FileSystem& files, host::ProcessRunner& runner) : files_(files), runner_(runner) {}

  /// The folder of the tool set of a Debian release ("bookworm") for an architecture; made where it is missing, which
  /// takes about a minute. What the recipe says goes to the sink. Fails where it cannot be made, each time at once
  /// after the first.
  [[nodiscard]] Result<std::filesystem::path> ensure(const std::string& release, tags::Architecture arch,
                                                     const host::OutputSink& sink, std::stop_token stop);

private:
  struct Slot {
    std::mutex mutex;
    std::optional<Result<std::filesystem::path>> folder;
  };
  Slot& slot_of(const std::string& name);
  [[nodiscard]] Result<std::filesystem::path> make(const std::string& release, tags::Architecture arch,
                                                   const host::OutputSink& sink, std::stop_token stop);

  host::FileSystem& files_;
  host::ProcessRunner& runner_;
  std::mutex mutex_;
  std::map<std::string, Slot> slots_;
};

/// The tool set as a container's mount.
[[nodiscard]] engine::Mount mount_of(const std::filesystem::path& folder);

/// What taking the place of the image's tools came to.
struct Entered {
  bool is_native = false;
  std::string message; ///< what was replaced, or why nothing was
};

/// Puts the native tools in the place of the container's own ones. An image whose compiler is another is no error.
[[nodiscard]] Result<Entered> enter(engine::Container& container, std::stop_token stop);

/// The Debian release with the gcc of the image that a container runs; fails with what gcc it has instead.
[[nodiscard]] Result<std::string> release_of(engine::Container& container, std::stop_token stop);

} // namespace wheelforge::cross
