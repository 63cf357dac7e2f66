// The cache's entries and the journal's records, as steps use them.
#include "orchestrator/pipeline/step_store.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace wheelforge::pipeline {
namespace {

/// What a file looks like from outside: it changes whenever somebody writes the file. Empty where there is none.
std::string stamp_of(const std::filesystem::path& path) {
  std::error_code error;
  const auto time = std::filesystem::last_write_time(path, error);
  if (error) {
    return {};
  }
  const auto size = std::filesystem::file_size(path, error);
  return error ? std::string() : fmt::format("{} {}", size, time.time_since_epoch().count());
}

std::string published_key(const std::filesystem::path& path) { return "published " + path.string(); }

} // namespace

const cache::CachedFile* wheel_of(const cache::CacheEntry& entry) {
  const auto wheel = std::find_if(entry.files.begin(), entry.files.end(),
                                  [](const cache::CachedFile& file) { return file.name.ends_with(".whl"); });
  return wheel == entry.files.end() ? nullptr : &*wheel;
}

std::optional<cache::CacheEntry> StepStore::find(const cache::StepInputs& inputs) {
  return reuse_ == Reuse::yes ? cache_.find(key_of(inputs)) : std::nullopt;
}

std::optional<std::string> StepStore::read(const cache::CacheEntry& entry, std::string_view name) {
  const auto file = std::find_if(entry.files.begin(), entry.files.end(),
                                 [name](const cache::CachedFile& one) { return one.name == name; });
  return file == entry.files.end() ? std::nullopt : read(*file);
}

std::string StepStore::why(const std::string& task, const cache::StepInputs& inputs) {
  if (reuse_ == Reuse::no) {
    return "everything is done afresh";
  }
  const auto record = journal_.latest(task);
  if (record && record->status != "ok" && record->result == key_of(inputs).hex()) {
    return "it failed last time";
  }
  const auto before = cache_.last_inputs(subject_of(task));
  if (!before) {
    return "there is no earlier result";
  }
  const std::string changes = explain(*before, inputs);
  return changes.empty() ? "its earlier result is gone from the cache, or damaged" : changes;
}

Result<void> StepStore::keep(const std::string& task, cache::CacheEntry entry) {
  entry.subject = subject_of(task);
  entry.facts[kFactRun] = run_;
  has_kept_ = true;
  return cache_.store(entry);
}

void StepStore::note_end(const std::string& task, bool is_ok, const std::string& key, std::chrono::milliseconds took,
                         std::uint64_t peak_memory_bytes) {
  // A journal that cannot be written costs recorded times, not results: those are in the cache.
  (void)journal_.append({task, task, run_, is_ok ? "ok" : "failed", key, took, peak_memory_bytes});
}

bool StepStore::is_published(const host::FileSystem& files, const std::filesystem::path& path,
                             const cache::CachedFile& file) {
  const std::string stamp = stamp_of(path);
  if (stamp.empty()) {
    return false;
  }
  const auto record = journal_.find(published_key(path));
  if (record && record->result == file.digest.hex() + " " + stamp) {
    return true;
  }
  const auto bytes = files.read(path);
  if (!bytes || sha256(*bytes) != file.digest) {
    return false;
  }
  note_published(path, file.digest.hex());
  return true;
}

void StepStore::note_published(const std::filesystem::path& path, const std::string& sha256) {
  (void)journal_.append({published_key(path), "", run_, "ok", sha256 + " " + stamp_of(path), {}, 0});
}

} // namespace wheelforge::pipeline
