// Counting, pruning and verifying the store.
#include "orchestrator/cache/cache.hpp"
#include "orchestrator/cache/use_log.hpp"

#include <algorithm>
#include <set>
#include <tuple>

namespace wheelforge::cache {

namespace {

using Path = host::FileSystem::Path;

struct StoredFile {
  Path path;
  std::string name;
  std::uint64_t size_bytes = 0;
};

/// The files of one part of the store ("entries", "objects", "subjects"), two folders deep; none where it is missing.
Result<std::vector<StoredFile>> stored_files(const host::FileSystem& files, const Path& part) {
  std::vector<StoredFile> found;
  if (!files.exists(part)) {
    return found;
  }
  WF_TRY(const auto folders, files.list(part));
  for (const host::FolderEntry& folder : folders) {
    const auto listed = files.list(part / folder.name);
    if (!listed) {
      continue; // no folder, or just removed by another process
    }
    for (const host::FolderEntry& file : *listed) {
      found.push_back({part / folder.name / file.name, file.name, file.size_bytes});
    }
  }
  return found;
}

/// Files being written, or left behind by a process that was killed: write_atomically puts a dot before their names.
/// Only emptying the cache takes them out, for nobody can tell the one from the other.
bool is_unfinished(const StoredFile& file) { return file.name.starts_with('.'); }

/// An entry that prune() may take out.
struct Candidate {
  StoredFile file;
  std::int64_t last_used = 0;
  std::vector<CachedFile> needs;
};

/// All entries, the one used last first.
Result<std::vector<Candidate>> by_last_use(const host::FileSystem& files, const Path& part, const Uses& uses,
                                           bool with_unfinished) {
  std::vector<Candidate> entries;
  WF_TRY(const auto stored, stored_files(files, part));
  for (const StoredFile& file : stored) {
    if (is_unfinished(file) && !with_unfinished) {
      continue;
    }
    const auto bytes = files.read(file.path);
    const auto entry = bytes ? parse_entry(*bytes) : Result<CacheEntry>(CacheEntry());
    const auto used = uses.find(file.name);
    entries.push_back({file, used == uses.end() ? 0 : used->second, entry ? entry->files : std::vector<CachedFile>()});
  }
  std::sort(entries.begin(), entries.end(), [](const Candidate& a, const Candidate& b) {
    return std::tie(b.last_used, a.file.name) < std::tie(a.last_used, b.file.name);
  });
  return entries;
}

/// What stays when the entries, in their order, fill up the limit.
struct Kept {
  std::size_t entries = 0; ///< the first so many
  std::set<std::string> objects;
  Uses uses;
};

Kept keep_within(const std::vector<Candidate>& entries, std::uint64_t limit_bytes) {
  Kept kept;
  std::uint64_t bytes = 0;
  for (const Candidate& entry : entries) {
    std::uint64_t more = entry.file.size_bytes;
    for (const CachedFile& file : entry.needs) {
      more += kept.objects.contains(file.digest.hex()) ? 0 : file.size_bytes;
    }
    if (more > limit_bytes || bytes > limit_bytes - more) {
      break;
    }
    bytes += more;
    ++kept.entries;
    kept.uses[entry.file.name] = entry.last_used;
    for (const CachedFile& file : entry.needs) {
      kept.objects.insert(file.digest.hex());
    }
  }
  return kept;
}

} // namespace

Result<CacheInfo> Cache::info() const {
  CacheInfo info;
  for (const char* part : {"entries", "objects", "subjects"}) {
    WF_TRY(const auto stored, stored_files(files_, folder_ / part));
    for (const StoredFile& file : stored) {
      info.size_bytes += file.size_bytes;
    }
    if (part == std::string_view("entries")) {
      info.entries = stored.size();
    } else if (part == std::string_view("objects")) {
      info.objects = stored.size();
    }
  }
  return info;
}

Result<PruneReport> Cache::prune(std::uint64_t limit_bytes) {
  WF_TRY_VOID(files_.create_folders(folder_));
  WF_TRY_CONTEXT(const auto lock, files_.try_lock(folder_ / "prune.lock", "wheelforge cache prune"), "cache");
  write_uses();
  const auto log = files_.read(folder_ / "uses.log");
  const bool is_emptied = limit_bytes == 0;
  WF_TRY(const auto entries, by_last_use(files_, folder_ / "entries", log ? parse_uses(*log) : Uses(), is_emptied));
  const Kept kept = keep_within(entries, limit_bytes);

  PruneReport report;
  const auto take_out = [&](const StoredFile& file) {
    report.freed_bytes += file.size_bytes;
    return files_.remove_all(file.path);
  };
  for (std::size_t index = kept.entries; index < entries.size(); ++index) {
    WF_TRY_VOID(take_out(entries[index].file));
    ++report.entries;
  }
  WF_TRY(const auto objects, stored_files(files_, folder_ / "objects"));
  for (const StoredFile& object : objects) {
    if (!kept.objects.contains(object.name) && (is_emptied || !is_unfinished(object))) {
      WF_TRY_VOID(take_out(object));
      ++report.objects;
    }
  }
  if (is_emptied) {
    WF_TRY(const auto subjects, stored_files(files_, folder_ / "subjects"));
    for (const StoredFile& subject : subjects) {
      WF_TRY_VOID(take_out(subject));
    }
  }
  WF_TRY_VOID(files_.write_atomically(folder_ / "uses.log", encode_uses(kept.uses)));
  return report;
}

Result<VerifyReport> Cache::verify() {
  VerifyReport report;
  const auto take_out = [&](const StoredFile& file) {
    report.damaged.push_back(file.path.lexically_relative(folder_).string());
    note_damage(file.path);
  };
  std::set<std::string> good_objects;
  WF_TRY(const auto objects, stored_files(files_, folder_ / "objects"));
  for (const StoredFile& object : objects) {
    if (is_unfinished(object)) {
      continue;
    }
    ++report.checked;
    const auto bytes = files_.read(object.path);
    if (bytes && sha256(*bytes).hex() == object.name) {
      good_objects.insert(object.name);
    } else {
      take_out(object);
    }
  }
  for (const char* part : {"entries", "subjects"}) {
    WF_TRY(const auto stored, stored_files(files_, folder_ / part));
    for (const StoredFile& file : stored) {
      if (is_unfinished(file)) {
        continue;
      }
      ++report.checked;
      const auto bytes = files_.read(file.path);
      const auto entry = bytes ? parse_entry(*bytes) : Result<CacheEntry>(tl::unexpected(bytes.error()));
      const bool is_whole = entry && std::all_of(entry->files.begin(), entry->files.end(), [&](const CachedFile& one) {
                              return good_objects.contains(one.digest.hex());
                            });
      const bool is_named = entry && (part == std::string_view("entries") ? key_of(entry->inputs).hex()
                                                                          : sha256(entry->subject).hex()) == file.name;
      if (!is_whole || !is_named) {
        take_out(file);
      }
    }
  }
  return report;
}

} // namespace wheelforge::cache
