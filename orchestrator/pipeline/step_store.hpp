// Results of steps across runs: the cache that keeps them, and the journal of this checkout.
#pragma once

#include "orchestrator/cache/cache.hpp"
#include "orchestrator/schedule/journal.hpp"

#include <atomic>
#include <filesystem>
#include <optional>
#include <string>

namespace wheelforge::pipeline {

/// Whether results of earlier runs are used; new ones are kept in any case.
enum class Reuse { yes, no };

/// The facts of an entry that are the pipeline's own.
inline constexpr const char* kFactRun = "run";       ///< the run that made the result
inline constexpr const char* kFactLog = "log";       ///< that run's log file of the cell
inline constexpr const char* kFactStatus = "status"; ///< "ok" or "skipped"
inline constexpr const char* kFactReason = "reason"; ///< of skipped
inline constexpr const char* kFactTag = "tag";       ///< of audit
inline constexpr const char* kFactPeak = "peak_memory";
/// The file of an entry that holds the step's lines of the log.
inline constexpr const char* kLogFile = "step.log";
/// The file of an audit's entry that holds its report.
inline constexpr const char* kAuditFile = "audit.json";

/// The file of a test's entry that holds its MachineReport; only tests on users' machines have one.
inline constexpr const char* kMachineFile = "machine.json";

/// The wheel among an entry's files; null where it has none.
[[nodiscard]] const cache::CachedFile* wheel_of(const cache::CacheEntry& entry);

/// Thread-safe. Cache and journal must outlive it.
class StepStore {
public:
  /// `project` tells this checkout from others; `run` is the present run's id.
  StepStore(cache::Cache& cache, schedule::Journal& journal, std::string project, std::string run, Reuse reuse)
      : cache_(cache), journal_(journal), project_(std::move(project)), run_(std::move(run)), reuse_(reuse) {}

  /// The kept result of a step with these inputs; nothing where there is none or it is not to be used.
  [[nodiscard]] std::optional<cache::CacheEntry> find(const cache::StepInputs& inputs);
  /// Why the task has to run, given that find() found nothing: what changed since its last result, that it failed, …
  [[nodiscard]] std::string why(const std::string& task, const cache::StepInputs& inputs);
  /// An object's bytes, checked; nothing where it is missing or damaged.
  [[nodiscard]] std::optional<std::string> read(const cache::CachedFile& file) { return cache_.read(file); }

  /// The same of an entry's file of that name; nothing where it has none.
  [[nodiscard]] std::optional<std::string> read(const cache::CacheEntry& entry, std::string_view name);

  /// Keeps a file of a result.
  [[nodiscard]] Result<cache::CachedFile> keep_file(std::string name, std::string_view bytes) {
    return cache_.keep(std::move(name), bytes);
  }
  /// Keeps a task's result, whose files were kept before.
  [[nodiscard]] Result<void> keep(const std::string& task, cache::CacheEntry entry);

  /// Notes in the journal that a task has ended. `key` is that of its inputs, where it has some.
  void note_end(const std::string& task, bool is_ok, const std::string& key, std::chrono::milliseconds took,
                std::uint64_t peak_memory_bytes);
  [[nodiscard]] const schedule::Journal& journal() const { return journal_; }

  /// Whether the file at the path is the one that was put there with these bytes; cheap where it was not touched since.
  [[nodiscard]] bool is_published(const host::FileSystem& files, const std::filesystem::path& path,
                                  const cache::CachedFile& file);
  /// Remembers that the file at the path has these bytes.
  void note_published(const std::filesystem::path& path, const std::string& sha256);

  /// Remembers, lists and forgets images that before-all made, by keys that begin with a word of the caller's.
  void note_layer(const std::string& key) { (void)journal_.append({key, "", run_, "ok", "", {}, 0}); }
  void forget_layer(const std::string& key) { (void)journal_.append({key, "", run_, "gone", "", {}, 0}); }
  [[nodiscard]] std::vector<std::string> layers(std::string_view prefix) const { return journal_.keys(prefix); }

  [[nodiscard]] Reuse reuse() const { return reuse_; }
  [[nodiscard]] const std::string& run() const { return run_; }
  /// Whether anything was kept: then the cache may have outgrown its limit.
  [[nodiscard]] bool has_kept() const { return has_kept_; }

private:
  [[nodiscard]] std::string subject_of(const std::string& task) const { return project_ + "\n" + task; }

  cache::Cache& cache_;
  schedule::Journal& journal_;
  std::string project_;
  std::string run_;
  Reuse reuse_;
  std::atomic<bool> has_kept_ = false;
};

} // namespace wheelforge::pipeline
