// Finding and keeping results.
#include "orchestrator/cache/cache.hpp"

#include "orchestrator/cache/use_log.hpp"

#include <algorithm>
#include <utility>

namespace wheelforge::cache {

namespace {

std::int64_t seconds_of(host::Clock::Wall time) {
  return std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
}

} // namespace

Cache::Cache(host::FileSystem& files, host::Clock& clock, host::FileSystem::Path folder)
    : files_(files), clock_(clock), folder_(std::move(folder)) {}

Cache::~Cache() { write_uses(); }

Cache::Path Cache::entry_path(const std::string& key) const { return folder_ / "entries" / key.substr(0, 2) / key; }

Cache::Path Cache::object_path(const Sha256& digest) const {
  const std::string hex = digest.hex();
  return folder_ / "objects" / hex.substr(0, 2) / hex;
}

Cache::Path Cache::subject_path(std::string_view subject) const {
  const std::string hex = sha256(subject).hex();
  return folder_ / "subjects" / hex.substr(0, 2) / hex;
}

std::optional<CacheEntry> Cache::find(const StepKey& key) {
  const Path path = entry_path(key.hex());
  const auto bytes = files_.read(path);
  if (!bytes) {
    return std::nullopt;
  }
  auto entry = parse_entry(*bytes);
  if (!entry || key_of(entry->inputs) != key) {
    note_damage(path);
    return std::nullopt;
  }
  const bool is_whole = std::all_of(entry->files.begin(), entry->files.end(),
                                    [&](const CachedFile& file) { return files_.exists(object_path(file.digest)); });
  if (!is_whole) {
    static_cast<void>(files_.remove_all(path)); // pruned, or found damaged; either way it is of no use
    return std::nullopt;
  }
  note_use(key.hex());
  return *std::move(entry);
}

std::optional<std::string> Cache::read(const CachedFile& file) {
  const Path path = object_path(file.digest);
  auto bytes = files_.read(path);
  if (!bytes) {
    return std::nullopt;
  }
  if (bytes->size() != file.size_bytes || sha256(*bytes) != file.digest) {
    note_damage(path);
    return std::nullopt;
  }
  return *std::move(bytes);
}

std::optional<StepInputs> Cache::last_inputs(std::string_view subject) {
  const Path path = subject_path(subject);
  const auto bytes = files_.read(path);
  if (!bytes) {
    return std::nullopt;
  }
  auto entry = parse_entry(*bytes);
  if (!entry || entry->subject != subject) {
    note_damage(path);
    return std::nullopt;
  }
  return std::move(entry->inputs);
}

Result<CachedFile> Cache::keep(std::string name, std::string_view bytes) {
  CachedFile file{std::move(name), sha256(bytes), bytes.size()};
  const Path path = object_path(file.digest);
  const auto present = files_.read(path);
  if (!present || *present != bytes) { // a damaged object of that name is replaced
    WF_TRY_VOID(files_.write_atomically(path, bytes));
  }
  return file;
}

Result<void> Cache::store(const CacheEntry& entry) {
  const std::string key = key_of(entry.inputs).hex();
  WF_TRY_VOID(files_.write_atomically(entry_path(key), encode(entry)));
  CacheEntry latest; // the inputs alone: a miss is explained by them even when the entry is pruned
  latest.subject = entry.subject;
  latest.inputs = entry.inputs;
  WF_TRY_VOID(files_.write_atomically(subject_path(entry.subject), encode(latest)));
  note_use(key);
  return {};
}

void Cache::note_use(const std::string& key) {
  const std::lock_guard lock(mutex_);
  uses_[key] = seconds_of(clock_.now());
}

void Cache::note_damage(const Path& path) {
  static_cast<void>(files_.remove_all(path));
  const std::lock_guard lock(mutex_);
  ++damaged_;
}

std::size_t Cache::damaged() const {
  const std::lock_guard lock(mutex_);
  return damaged_;
}

void Cache::write_uses() {
  const std::lock_guard lock(mutex_);
  if (uses_.empty()) {
    return;
  }
  if (const auto writer = files_.open_writer(folder_ / "uses.log", host::OpenMode::append)) {
    if ((*writer)->write("\n" + encode_uses(uses_))) { // a line end first: another's line may be torn
      uses_.clear();
    }
  }
}

} // namespace wheelforge::cache
