// Toolchains from the outside world: parts pinned by hash, fetched, and unpacked to one prefix in the cache.
#pragma once

#include "orchestrator/host/clock.hpp"
#include "orchestrator/host/file_system.hpp"
#include "orchestrator/host/process_runner.hpp"
#include "orchestrator/toolchain/lock.hpp"
#include "orchestrator/toolchain/recipe.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

namespace wheelforge::provision {

/// What provisioning works with. References outlive it.
struct Doors {
  host::FileSystem& files;
  host::ProcessRunner& runner;
  host::Clock& clock;
  std::filesystem::path cache;                 ///< of the user: prefixes stand in its folder toolchains/
  std::function<void(const std::string&)> say; ///< gets one line a step
};

/// Asks the package index, Debian's archive or the recipe itself which files the toolchain is made of now. Wheels are
/// chosen by pip, packages by APT in a configuration of its own, so nothing of this machine's changes. Downloads
/// nothing but metadata. Fails (kind temporary) where nobody answers, not_found where a part or something that
/// it depends on does not exist.
[[nodiscard]] Result<toolchain::LockedToolchain> lock_toolchain(const Doors& doors, const toolchain::Recipe& recipe,
                                                                tags::Architecture arch, std::stop_token stop);

/// Where the prefix of a locked toolchain stands or will stand: CACHE/toolchains/cuda-13.5-x86_64-DIGEST.
[[nodiscard]] std::filesystem::path prefix_path(const std::filesystem::path& cache,
                                                const toolchain::LockedToolchain& locked);

/// Whether it stands there, whole.
[[nodiscard]] bool is_fetched(const Doors& doors, const toolchain::LockedToolchain& locked);

/// Bytes that fetching takes: what is downloaded, and what that is likely to be unpacked.
struct DiskUse {
  std::uint64_t download_bytes = 0;
  std::uint64_t unpacked_bytes = 0; ///< an estimate before fetching
  std::uint64_t free_bytes = 0;     ///< where the cache is

  [[nodiscard]] bool fits() const { return download_bytes + unpacked_bytes < free_bytes; }
};
[[nodiscard]] Result<DiskUse> disk_use(const Doors& doors, const toolchain::LockedToolchain& locked);

/// Downloads the locked files, holds each against its hash, and unpacks them to the prefix, which appears whole or not
/// at all; a prefix that is there already is kept. Says the disk use before. Fails with disk_full before anything is
/// fetched where there is no room, invalid_data where a file has another hash.
[[nodiscard]] Result<std::filesystem::path> fetch_toolchain(const Doors& doors, const toolchain::Recipe& recipe,
                                                            const toolchain::LockedToolchain& locked,
                                                            std::stop_token stop);

/// "129.0 MB".
[[nodiscard]] std::string megabytes(std::uint64_t bytes);

} // namespace wheelforge::provision
