// Files in memory, with a disk that can be full and writes that can be cut off.
#pragma once

#include "orchestrator/host/file_system.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>

namespace wheelforge::host {

/// A disk of `capacity_bytes`. A write beyond it stores what fits and fails with disk_full, as a real disk does.
class MemoryFileSystem final : public FileSystem {
public:
  std::map<Path, std::string> files;
  std::uint64_t capacity_bytes = std::numeric_limits<std::uint64_t>::max();
  int reads = 0;
  int syncs = 0;

  Result<std::string> read(const Path& path) const override {
    const std::lock_guard lock(mutex_);
    ++const_cast<MemoryFileSystem*>(this)->reads;
    const auto found = files.find(path);
    if (found == files.end()) {
      return fail(ErrorKind::not_found, "cannot read {}: no such file", path.string());
    }
    return found->second;
  }
  Result<void> write_atomically(const Path& path, std::string_view bytes) override {
    const std::lock_guard lock(mutex_);
    if (used() + bytes.size() > capacity_bytes) {
      return full(path);
    }
    files[path] = bytes;
    return {};
  }
  Result<void> publish(const Path& finished, const Path& target) override {
    const std::lock_guard lock(mutex_);
    const auto found = files.find(finished);
    if (found == files.end()) {
      return fail(ErrorKind::not_found, "cannot read {}: no such file", finished.string());
    }
    files[target] = std::move(found->second);
    files.erase(finished);
    return {};
  }
  Result<std::unique_ptr<FileWriter>> open_writer(const Path& path, OpenMode mode) override {
    const std::lock_guard lock(mutex_);
    if (mode == OpenMode::truncate) {
      files[path].clear();
    } else {
      files[path];
    }
    return std::make_unique<Writer>(*this, path);
  }
  bool exists(const Path& path) const override {
    const std::lock_guard lock(mutex_);
    return files.contains(path) || is_folder(path);
  }
  Result<std::vector<FolderEntry>> list(const Path& folder) const override {
    const std::lock_guard lock(mutex_);
    std::map<std::string, FolderEntry> entries;
    for (const auto& [path, bytes] : files) {
      const std::string inside = path.lexically_relative(folder).string();
      if (inside.empty() || inside == "." || inside.starts_with("..")) {
        continue;
      }
      const std::size_t slash = inside.find('/');
      const std::string name = inside.substr(0, slash);
      entries[name] = {name, slash == std::string::npos ? FileType::file : FileType::folder,
                       slash == std::string::npos ? bytes.size() : 0};
    }
    if (entries.empty() && !folders_.contains(folder)) {
      return fail(ErrorKind::not_found, "cannot list {}: no such folder", folder.string());
    }
    std::vector<FolderEntry> sorted;
    for (auto& [name, entry] : entries) {
      sorted.push_back(std::move(entry));
    }
    return sorted;
  }
  Result<void> create_folders(const Path& folder) override {
    const std::lock_guard lock(mutex_);
    folders_.insert(folder);
    return {};
  }
  Result<void> remove_all(const Path& path) override {
    const std::lock_guard lock(mutex_);
    std::erase_if(files, [&](const auto& file) { return file.first == path || is_inside(file.first, path); });
    folders_.erase(path);
    return {};
  }
  Result<Path> make_temp_folder(const Path& parent, std::string_view prefix) override {
    const std::lock_guard lock(mutex_);
    const Path made = parent / (std::string(prefix) + std::to_string(++made_));
    folders_.insert(made);
    return made;
  }
  Result<std::uint64_t> free_bytes(const Path&) const override {
    const std::lock_guard lock(mutex_);
    return capacity_bytes - std::min(capacity_bytes, used());
  }
  Result<std::unique_ptr<FileLock>> try_lock(const Path& path, std::string_view holder) override {
    const std::lock_guard lock(mutex_);
    if (!locks_.emplace(path, holder).second) {
      return fail(ErrorKind::temporary, "{} is held by {}", path.string(), locks_.at(path));
    }
    return std::make_unique<Lock>(*this, path);
  }

private:
  class Writer final : public FileWriter {
  public:
    Writer(MemoryFileSystem& disk, Path path) : disk_(disk), path_(std::move(path)) {}
    Result<void> write(std::string_view bytes) override {
      const std::lock_guard lock(disk_.mutex_);
      const std::uint64_t room = disk_.capacity_bytes - std::min(disk_.capacity_bytes, disk_.used());
      disk_.files[path_] += bytes.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(room, bytes.size())));
      return room < bytes.size() ? Result<void>(full(path_)) : Result<void>();
    }
    Result<void> sync() override {
      ++disk_.syncs;
      return {};
    }

  private:
    MemoryFileSystem& disk_;
    Path path_;
  };
  class Lock final : public FileLock {
  public:
    Lock(MemoryFileSystem& disk, Path path) : disk_(disk), path_(std::move(path)) {}
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;
    ~Lock() override {
      const std::lock_guard lock(disk_.mutex_);
      disk_.locks_.erase(path_);
    }

  private:
    MemoryFileSystem& disk_;
    Path path_;
  };

  static tl::unexpected<Error> full(const Path& path) {
    return fail(ErrorKind::disk_full, "cannot write {}: No space left on device", path.string());
  }
  static bool is_inside(const Path& path, const Path& folder) {
    return path.string().starts_with(folder.string() + "/");
  }
  [[nodiscard]] bool is_folder(const Path& path) const {
    return folders_.contains(path) ||
           std::any_of(files.begin(), files.end(), [&](const auto& file) { return is_inside(file.first, path); });
  }
  [[nodiscard]] std::uint64_t used() const {
    std::uint64_t sum = 0;
    for (const auto& [path, bytes] : files) {
      sum += bytes.size();
    }
    return sum;
  }

  mutable std::mutex mutex_;
  std::set<Path> folders_;
  std::map<Path, std::string> locks_;
  int made_ = 0;
};

} // namespace wheelforge::host
