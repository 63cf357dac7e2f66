// The door to this machine's files: whole reads, atomic writes, locks, temporary folders.
#pragma once

#include "orchestrator/base/error.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::host {

/// What a folder's entry is.
enum class FileType { file, folder, symlink, other };

/// One entry of a folder.
struct FolderEntry {
  std::string name;
  FileType type = FileType::other;
  std::uint64_t size_bytes = 0; ///< of files

  bool operator==(const FolderEntry&) const = default;
};

/// A file being written from front to end. Closing without an error says nothing of the disk: sync() does.
class FileWriter {
public:
  virtual ~FileWriter() = default;
  /// Appends the bytes; fails with disk_full when there is no room.
  [[nodiscard]] virtual Result<void> write(std::string_view bytes) = 0;
  /// Returns once everything written so far would survive a power cut.
  [[nodiscard]] virtual Result<void> sync() = 0;
};

/// What open_writer() does with a file that exists.
enum class OpenMode { truncate, append };

/// An advisory lock on a file, held until it is destroyed; the system drops it when the process dies.
class FileLock {
public:
  virtual ~FileLock() = default;
};

/// The machine's files. All functions may be called from several threads at once; errors name the path and the reason.
/// Kinds: not_found for a missing file, disk_full for no room (ENOSPC, EDQUOT), failed else.
class FileSystem {
public:
  using Path = std::filesystem::path;

  virtual ~FileSystem() = default;

  /// The whole file.
  [[nodiscard]] virtual Result<std::string> read(const Path& path) const = 0;
  /// Replaces or makes the file so that a reader, or a power cut, finds the old bytes or the new, never a part.
  /// Missing folders above it are made.
  [[nodiscard]] virtual Result<void> write_atomically(const Path& path, std::string_view bytes) = 0;
  /// Moves a finished file to its final place, as atomically as write_atomically, also from another file system. The
  /// bytes are on disk before the new name appears. Missing folders above the target are made.
  [[nodiscard]] virtual Result<void> publish(const Path& finished, const Path& target) = 0;
  /// Opens a file for writing from front to end; missing folders above it are made.
  [[nodiscard]] virtual Result<std::unique_ptr<FileWriter>> open_writer(const Path& path, OpenMode mode) = 0;

  /// Whether anything stands at the path (a dangling symlink counts as nothing).
  [[nodiscard]] virtual bool exists(const Path& path) const = 0;
  /// The entries of a folder, sorted by name.
  [[nodiscard]] virtual Result<std::vector<FolderEntry>> list(const Path& folder) const = 0;
  /// Makes the folder and those above it; an existing one is fine.
  [[nodiscard]] virtual Result<void> create_folders(const Path& folder) = 0;
  /// Removes the file or the whole folder; nothing there is fine.
  [[nodiscard]] virtual Result<void> remove_all(const Path& path) = 0;
  /// Makes a new empty folder inside `parent` (which is made too), named prefix plus random letters.
  [[nodiscard]] virtual Result<Path> make_temp_folder(const Path& parent, std::string_view prefix) = 0;
  /// Bytes that an unprivileged process may still write to the file system that holds `path` (or its nearest existing
  /// parent).
  [[nodiscard]] virtual Result<std::uint64_t> free_bytes(const Path& path) const = 0;
  /// Takes the lock on `path` and writes `holder` into the file (one line about who holds it). Fails at once with kind
  /// `temporary` when another process holds it; the message then quotes what that one wrote.
  [[nodiscard]] virtual Result<std::unique_ptr<FileLock>> try_lock(const Path& path, std::string_view holder) = 0;
};

/// The real one.
[[nodiscard]] std::unique_ptr<FileSystem> make_file_system();

/// A folder that is removed with everything in it when its owner goes.
class TempFolder {
public:
  /// Makes one inside `parent`; the file system must outlive it.
  [[nodiscard]] static Result<TempFolder> create(FileSystem& files, const FileSystem::Path& parent,
                                                 std::string_view prefix);
  ~TempFolder();
  TempFolder(TempFolder&& other) noexcept;
  TempFolder& operator=(TempFolder&& other) noexcept;
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  [[nodiscard]] const FileSystem::Path& path() const { return path_; }
  /// Gives the folder up: it stays.
  FileSystem::Path release();

private:
  TempFolder(FileSystem& files, FileSystem::Path path) : files_(&files), path_(std::move(path)) {}
  FileSystem* files_;
  FileSystem::Path path_; ///< empty when moved from or released
};

/// $XDG_CACHE_HOME/wheelforge, or ~/.cache/wheelforge, or /tmp/wheelforge-UID where there is no home.
[[nodiscard]] FileSystem::Path user_cache_folder();

} // namespace wheelforge::host
