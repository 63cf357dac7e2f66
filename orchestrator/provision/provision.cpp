// Locks and fetches toolchains.
#include "orchestrator/provision/provision.hpp"

#include "orchestrator/base/sha256.hpp"
#include "orchestrator/provision/apt.hpp"
#include "orchestrator/provision/pip.hpp"
#include "orchestrator/provision/unpack.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <chrono>

namespace wheelforge::provision {
namespace {

namespace fs = std::filesystem;
using toolchain::LockedPart;
using toolchain::LockedToolchain;
using toolchain::Part;
using toolchain::PartKind;
using toolchain::Recipe;

/// Written last: a prefix without it is not whole.
constexpr const char* kManifest = ".wheelforge-toolchain";
/// What packed files grow to: wheels and packages of toolkits were measured from 2.6 to 3.3.
constexpr std::uint64_t kGrowthInTenths = 33;

bool is_for(const Part& part, tags::Architecture arch) {
  return part.arches.empty() || std::find(part.arches.begin(), part.arches.end(), arch) != part.arches.end();
}

std::string name_in_archive(const std::string& url) { return url.substr(url.rfind('/') + 1); }

Result<void> check_hash(const Doors& doors, const LockedPart& part, const fs::path& file) {
  WF_TRY(const std::string bytes, doors.files.read(file));
  const std::string seen = sha256(bytes).hex();
  if (seen != part.sha256) {
    return with_hint(
        fail(ErrorKind::invalid_data, "{} has the SHA-256 {}, the lock says {}", part.file, seen, part.sha256),
        "the file was changed after it was locked: find out why before you lock again");
  }
  return {};
}

Result<void> download_archives(const Doors& doors, const std::vector<LockedPart>& parts, const fs::path& folder,
                               std::stop_token stop) {
  for (const LockedPart& part : parts) {
    host::Command command;
    command.argv = {"curl",
                    "--silent",
                    "--show-error",
                    "--fail",
                    "--location",
                    "--proto",
                    "=https,file",
                    "--retry",
                    "3",
                    "--output",
                    (folder / part.file).string(),
                    part.from};
    WF_TRY_VOID(host::require_success(command, doors.runner.run(command, {}, stop), ErrorKind::temporary));
  }
  return {};
}

std::vector<LockedPart> of_kind(const std::vector<LockedPart>& parts, PartKind kind) {
  std::vector<LockedPart> found;
  std::copy_if(parts.begin(), parts.end(), std::back_inserter(found),
               [&](const LockedPart& part) { return part.kind == kind; });
  return found;
}

/// The file that was downloaded for a part; APT may spell an epoch's colon in its own way.
Result<fs::path> downloaded(const Doors& doors, const fs::path& folder, const LockedPart& part) {
  if (doors.files.exists(folder / part.file)) {
    return folder / part.file;
  }
  return fail(ErrorKind::invalid_data, "{} was asked for, another file came", part.file);
}

Result<void> download_all(const Doors& doors, const LockedToolchain& locked, const fs::path& folder,
                          std::stop_token stop) {
  if (const auto wheels = of_kind(locked.parts, PartKind::pypi); !wheels.empty()) {
    doors.say(fmt::format("{}: {} wheels from the package index", locked.id(), wheels.size()));
    WF_TRY_VOID(download_wheels(doors, wheels, locked.arch, folder, stop));
  }
  if (const auto packages = of_kind(locked.parts, PartKind::deb); !packages.empty()) {
    doors.say(fmt::format("{}: {} Debian packages", locked.id(), packages.size()));
    WF_TRY_VOID(download_packages(doors, packages, locked.arch, folder, stop));
  }
  return download_archives(doors, of_kind(locked.parts, PartKind::archive), folder, std::move(stop));
}

} // namespace

std::string megabytes(std::uint64_t bytes) { return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6); }

Result<LockedToolchain> lock_toolchain(const Doors& doors, const Recipe& recipe, tags::Architecture arch,
                                       std::stop_token stop) {
  WF_TRY_VOID(doors.files.create_folders(doors.cache));
  LockedToolchain locked{recipe.name, recipe.version, arch, recipe.digest, {}};
  std::vector<Part> wheels;
  for (const Part& part : recipe.parts) {
    if (!is_for(part, arch)) {
      continue;
    }
    switch (part.kind) {
    case PartKind::pypi:
      wheels.push_back(part);
      break;
    case PartKind::deb: {
      WF_TRY(auto packages, resolve_packages(doors, part, arch, stop));
      locked.parts.insert(locked.parts.end(), packages.begin(), packages.end());
      break;
    }
    case PartKind::archive:
      locked.parts.push_back({PartKind::archive, name_in_archive(part.url), recipe.version.text(),
                              name_in_archive(part.url), part.sha256, 0, part.url});
      break;
    case PartKind::image_has:
      break;
    }
  }
  if (!wheels.empty()) {
    WF_TRY(auto parts, resolve_wheels(doors, wheels, arch, stop));
    locked.parts.insert(locked.parts.end(), parts.begin(), parts.end());
  }
  toolchain::ToolchainLock sorted; // put() sorts the parts
  sorted.put(std::move(locked));
  return sorted.toolchains.front();
}

fs::path prefix_path(const fs::path& cache, const LockedToolchain& locked) {
  return cache / "toolchains" / fmt::format("{}-{}-{}", locked.id(), tags::to_string(locked.arch), locked.digest());
}

bool is_fetched(const Doors& doors, const LockedToolchain& locked) {
  return doors.files.exists(prefix_path(doors.cache, locked) / kManifest);
}

Result<DiskUse> disk_use(const Doors& doors, const LockedToolchain& locked) {
  DiskUse use;
  use.download_bytes = locked.download_bytes();
  use.unpacked_bytes = use.download_bytes * kGrowthInTenths / 10;
  WF_TRY(use.free_bytes, doors.files.free_bytes(doors.cache));
  return use;
}

namespace {

/// The right to make the prefix. Where another run is at it, that run is waited for, not doubled.
Result<std::unique_ptr<host::FileLock>> lock_prefix(const Doors& doors, const fs::path& target, const std::string& id,
                                                    std::stop_token stop) {
  constexpr std::chrono::milliseconds kPause{200};
  for (bool is_first = true;; is_first = false) {
    auto lock = doors.files.try_lock(target.string() + ".lock", fmt::format("process {}", ::getpid()));
    if (lock || lock.error().kind != ErrorKind::temporary) {
      return lock;
    }
    if (is_first) {
      doors.say(fmt::format("{}: is being fetched by another run, waiting for it ({})", id, lock.error().message));
    }
    if (!doors.clock.wait(kPause, stop)) {
      return fail(ErrorKind::cancelled, "waiting for {}: cancelled", id);
    }
  }
}

} // namespace

Result<fs::path> fetch_toolchain(const Doors& doors, const Recipe& recipe, const LockedToolchain& locked,
                                 std::stop_token stop) {
  const fs::path target = prefix_path(doors.cache, locked);
  if (is_fetched(doors, locked)) {
    return target;
  }
  if (recipe.digest != locked.recipe) {
    return with_hint(fail(ErrorKind::usage, "{} was locked with another recipe than the one here", locked.id()),
                     "lock it again: wheelforge toolchain lock --update");
  }
  WF_TRY(const DiskUse use, disk_use(doors, locked));
  doors.say(fmt::format("{}: {} to download, about {} unpacked, {} free", locked.id(), megabytes(use.download_bytes),
                        megabytes(use.unpacked_bytes), megabytes(use.free_bytes)));
  if (!use.fits()) {
    return with_hint(fail(ErrorKind::disk_full, "{} needs about {} of disk, {} are free", locked.id(),
                          megabytes(use.download_bytes + use.unpacked_bytes), megabytes(use.free_bytes)),
                     "make room, or set XDG_CACHE_HOME to a larger disk");
  }
  WF_TRY_VOID(doors.files.create_folders(target.parent_path()));
  WF_TRY(const auto lock, lock_prefix(doors, target, locked.id(), stop));
  if (is_fetched(doors, locked)) {
    return target; // the other run has done it
  }
  WF_TRY_VOID(doors.files.remove_all(target)); // what a killed run left
  WF_TRY(auto folder, host::TempFolder::create(doors.files, target.parent_path(), "fetching-"));
  const fs::path downloads = folder.path() / "files";
  const fs::path prefix = folder.path() / "prefix";
  WF_TRY_VOID(doors.files.create_folders(downloads));
  WF_TRY_VOID(doors.files.create_folders(prefix));
  WF_TRY_VOID(download_all(doors, locked, downloads, stop));
  for (const LockedPart& part : locked.parts) {
    WF_TRY(const fs::path file, downloaded(doors, downloads, part));
    WF_TRY_VOID(check_hash(doors, part, file));
    WF_TRY_VOID(unpack_part(doors, part, file, prefix, stop));
    WF_TRY_VOID(doors.files.remove_all(file)); // never twice on disk
  }
  WF_TRY_VOID(finish_prefix(doors, recipe, prefix));
  std::error_code error;
  fs::permissions(prefix, fs::perms(0755), error);
  WF_TRY_VOID(doors.files.write_atomically(prefix / kManifest, fmt::format("{}\n", locked.id())));
  fs::rename(prefix, target, error);
  if (error) {
    return fail("{} cannot be moved to {}: {}", prefix.string(), target.string(), error.message());
  }
  doors.say(fmt::format("{}: ready in {}", locked.id(), target.string()));
  return target;
}

} // namespace wheelforge::provision
