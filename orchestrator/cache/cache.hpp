// Results of finished steps on disk, found by what they depend on: entries by key, bytes by their SHA-256.
#pragma once

#include "orchestrator/base/error.hpp"
#include "orchestrator/cache/cache_entry.hpp"
#include "orchestrator/host/clock.hpp"
#include "orchestrator/host/file_system.hpp"

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::cache {

/// How much the cache holds.
struct CacheInfo {
  std::size_t entries = 0;
  std::size_t objects = 0;
  std::uint64_t size_bytes = 0; ///< of all files

  bool operator==(const CacheInfo&) const = default;
};

/// What prune() took out.
struct PruneReport {
  std::size_t entries = 0;
  std::size_t objects = 0;
  std::uint64_t freed_bytes = 0;

  bool operator==(const PruneReport&) const = default;
};

/// What verify() found, and took out.
struct VerifyReport {
  std::size_t checked = 0;          ///< files
  std::vector<std::string> damaged; ///< paths inside the cache: changed, cut, or an entry whose object is gone

  bool operator==(const VerifyReport&) const = default;
};

/// A content-addressed store in one folder. Several processes may use it at once: files appear whole by rename, and
/// what another one prunes is a miss. Nothing that is damaged is ever handed out: it is removed and counts as a miss.
/// All functions but open() may be called from several threads at once.
class Cache {
public:
  /// Files and clock must outlive the cache; the folder need not exist.
  Cache(host::FileSystem& files, host::Clock& clock, host::FileSystem::Path folder);
  /// Writes down which entries were used, for prune(); no error matters.
  ~Cache();
  Cache(const Cache&) = delete;
  Cache& operator=(const Cache&) = delete;

  /// The result of the step with these inputs, if all of it is there.
  [[nodiscard]] std::optional<CacheEntry> find(const StepKey& key);
  /// The bytes of an entry's file, checked. Nothing when they are missing or damaged; the object is then removed, so
  /// that find() misses too.
  [[nodiscard]] std::optional<std::string> read(const CachedFile& file);
  /// The inputs with which that subject's result was last stored, to explain() a miss.
  [[nodiscard]] std::optional<StepInputs> last_inputs(std::string_view subject);

  /// Keeps bytes as an object and returns how an entry refers to them. Fails with disk_full, or as the disk does.
  [[nodiscard]] Result<CachedFile> keep(std::string name, std::string_view bytes);
  /// Stores an entry, whose files were kept before, under the key of its inputs.
  [[nodiscard]] Result<void> store(const CacheEntry& entry);

  /// Counts files; an empty or missing folder counts nothing.
  [[nodiscard]] Result<CacheInfo> info() const;
  /// Takes out the entries used longest ago until at most `limit_bytes` are left, and all objects that no entry needs.
  /// Fails with kind `temporary` while another process prunes.
  [[nodiscard]] Result<PruneReport> prune(std::uint64_t limit_bytes);
  /// Reads everything, and takes out what is damaged.
  [[nodiscard]] Result<VerifyReport> verify();

  /// How many damaged files were met, and removed, so far.
  [[nodiscard]] std::size_t damaged() const;

private:
  using Path = host::FileSystem::Path;
  [[nodiscard]] Path entry_path(const std::string& key) const;
  [[nodiscard]] Path object_path(const Sha256& digest) const;
  [[nodiscard]] Path subject_path(std::string_view subject) const;
  void note_use(const std::string& key);
  void note_damage(const Path& path);
  void write_uses();

  host::FileSystem& files_;
  host::Clock& clock_;
  Path folder_;
  mutable std::mutex mutex_;                 ///< guards the two below
  std::map<std::string, std::int64_t> uses_; ///< key → seconds since 1970, not yet written
  std::size_t damaged_ = 0;
};

} // namespace wheelforge::cache
