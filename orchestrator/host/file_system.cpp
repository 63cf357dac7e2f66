// This machine's files, over POSIX calls: what is atomic or durable here is so by fsync and rename.
#include "orchestrator/host/file_system.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace wheelforge::host {
namespace {

using Path = FileSystem::Path;

tl::unexpected<Error> system_error(std::string_view verb, const Path& path, int number) {
  ErrorKind kind = ErrorKind::failed;
  if (number == ENOENT || number == ENOTDIR) {
    kind = ErrorKind::not_found;
  } else if (number == ENOSPC || number == EDQUOT) {
    kind = ErrorKind::disk_full;
  }
  auto error = fail(kind, "cannot {} {}: {}", verb, path.string(), std::strerror(number));
  return kind == ErrorKind::disk_full ? with_hint(std::move(error), "free some space on the disk that holds it")
                                      : error;
}

/// A file descriptor that is closed when its owner goes.
class OpenFile {
public:
  explicit OpenFile(int number) : number_(number) {}
  ~OpenFile() {
    if (number_ >= 0) {
      ::close(number_);
    }
  }
  OpenFile(OpenFile&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  OpenFile& operator=(OpenFile&&) = delete;
  [[nodiscard]] int number() const { return number_; }

private:
  int number_;
};

Result<OpenFile> open_file(const Path& path, int flags, std::string_view verb) {
  OpenFile file(::open(path.c_str(), flags | O_CLOEXEC, 0666));
  if (file.number() < 0) {
    return system_error(verb, path, errno);
  }
  return file;
}

Result<void> write_all(int descriptor, const Path& path, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written < 0) {
      return system_error("write", path, errno);
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> sync_to_disk(int descriptor, const Path& path) {
  if (::fsync(descriptor) != 0 && errno != EINVAL && errno != EROFS) { // EINVAL: a pipe or device has nothing to sync
    return system_error("write", path, errno);
  }
  return {};
}

/// A rename is on disk once its folder is.
Result<void> sync_folder_of(const Path& path) {
  const Path folder = path.has_parent_path() ? path.parent_path() : Path(".");
  WF_TRY(const OpenFile opened, open_file(folder, O_RDONLY | O_DIRECTORY, "open"));
  return sync_to_disk(opened.number(), folder);
}

Result<void> rename_file(const Path& from, const Path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) {
    return system_error("rename to", to, errno);
  }
  return sync_folder_of(to);
}

/// A file under a name of its own beside `target`, unlinked unless it was renamed away.
class Sibling {
public:
  static Result<Sibling> create(const Path& target) {
    std::string name = (target.parent_path() / ("." + target.filename().string() + ".XXXXXX")).string();
    OpenFile file(::mkostemp(name.data(), O_CLOEXEC));
    if (file.number() < 0) {
      return system_error("write", target, errno);
    }
    const mode_t mask = ::umask(0); // there is no other way to read it; set back at once
    ::umask(mask);
    ::fchmod(file.number(), 0666 & ~mask);
    return Sibling(std::move(file), name);
  }
  ~Sibling() {
    if (!path_.empty()) {
      ::unlink(path_.c_str());
    }
  }
  Sibling(Sibling&& other) noexcept : file_(std::move(other.file_)), path_(std::exchange(other.path_, {})) {}
  Sibling(const Sibling&) = delete;
  Sibling& operator=(const Sibling&) = delete;
  Sibling& operator=(Sibling&&) = delete;

  [[nodiscard]] int number() const { return file_.number(); }
  [[nodiscard]] const Path& path() const { return path_; }
  Result<void> become(const Path& target) {
    WF_TRY_VOID(sync_to_disk(file_.number(), target));
    WF_TRY_VOID(rename_file(path_, target));
    path_.clear();
    return {};
  }

private:
  Sibling(OpenFile file, Path path) : file_(std::move(file)), path_(std::move(path)) {}
  OpenFile file_;
  Path path_;
};

class SystemFileWriter final : public FileWriter {
public:
  SystemFileWriter(OpenFile file, Path path) : file_(std::move(file)), path_(std::move(path)) {}
  Result<void> write(std::string_view bytes) override { return write_all(file_.number(), path_, bytes); }
  Result<void> sync() override { return sync_to_disk(file_.number(), path_); }

private:
  OpenFile file_;
  Path path_;
};

class SystemFileLock final : public FileLock {
public:
  explicit SystemFileLock(OpenFile file) : file_(std::move(file)) {}

private:
  OpenFile file_; // closing it gives the lock up
};

Result<std::string> read_all(int descriptor, const Path& path) {
  struct stat facts {};
  std::string bytes;
  if (::fstat(descriptor, &facts) == 0 && facts.st_size > 0) {
    bytes.reserve(static_cast<std::size_t>(facts.st_size));
  }
  std::array<char, 1U << 16U> piece{};
  for (;;) {
    const ssize_t count = ::read(descriptor, piece.data(), piece.size());
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      return system_error("read", path, errno);
    }
    if (count == 0) {
      return bytes;
    }
    bytes.append(piece.data(), static_cast<std::size_t>(count));
  }
}

FileType type_of(const std::filesystem::file_status& status) {
  switch (status.type()) {
  case std::filesystem::file_type::regular:
    return FileType::file;
  case std::filesystem::file_type::directory:
    return FileType::folder;
  case std::filesystem::file_type::symlink:
    return FileType::symlink;
  default:
    return FileType::other;
  }
}

class SystemFileSystem final : public FileSystem {
public:
  Result<std::string> read(const Path& path) const override {
    WF_TRY(const OpenFile file, open_file(path, O_RDONLY, "read"));
    return read_all(file.number(), path);
  }

  Result<void> write_atomically(const Path& path, std::string_view bytes) override {
    WF_TRY_VOID(create_folders(path.parent_path()));
    WF_TRY(Sibling sibling, Sibling::create(path));
    WF_TRY_VOID(write_all(sibling.number(), path, bytes));
    return sibling.become(path);
  }

  Result<void> publish(const Path& finished, const Path& target) override {
    WF_TRY_VOID(create_folders(target.parent_path()));
    WF_TRY(const OpenFile file, open_file(finished, O_RDONLY, "read"));
    WF_TRY_VOID(sync_to_disk(file.number(), finished));
    if (::rename(finished.c_str(), target.c_str()) == 0) {
      return sync_folder_of(target);
    }
    if (errno != EXDEV) {
      return system_error("rename to", target, errno);
    }
    WF_TRY(Sibling sibling, Sibling::create(target)); // another file system: copy beside the target first
    WF_TRY(const std::string bytes, read_all(file.number(), finished));
    WF_TRY_VOID(write_all(sibling.number(), target, bytes));
    WF_TRY_VOID(sibling.become(target));
    return remove_all(finished);
  }

  Result<std::unique_ptr<FileWriter>> open_writer(const Path& path, OpenMode mode) override {
    WF_TRY_VOID(create_folders(path.parent_path()));
    WF_TRY(OpenFile file,
           open_file(path, O_WRONLY | O_CREAT | (mode == OpenMode::append ? O_APPEND : O_TRUNC), "write"));
    return std::make_unique<SystemFileWriter>(std::move(file), path);
  }

  bool exists(const Path& path) const override {
    std::error_code ignored;
    return std::filesystem::exists(path, ignored);
  }

  Result<std::vector<FolderEntry>> list(const Path& folder) const override {
    std::error_code error;
    std::vector<FolderEntry> entries;
    std::filesystem::directory_iterator each(folder, error);
    for (; !error && each != std::filesystem::directory_iterator(); each.increment(error)) {
      std::error_code ignored;
      const FileType type = type_of(each->symlink_status(ignored));
      const std::uint64_t size = type == FileType::file ? each->file_size(ignored) : 0;
      entries.push_back({each->path().filename().string(), type, ignored ? 0 : size});
    }
    if (error) {
      return system_error("list", folder, error.value());
    }
    std::sort(entries.begin(), entries.end(),
              [](const FolderEntry& a, const FolderEntry& b) { return a.name < b.name; });
    return entries;
  }

  Result<void> create_folders(const Path& folder) override {
    std::error_code error;
    if (!folder.empty()) {
      std::filesystem::create_directories(folder, error);
    }
    if (error) {
      return system_error("make the folder", folder, error.value());
    }
    return {};
  }

  Result<void> remove_all(const Path& path) override {
    std::error_code error;
    std::filesystem::remove_all(path, error);
    if (error) {
      return system_error("remove", path, error.value());
    }
    return {};
  }

  Result<Path> make_temp_folder(const Path& parent, std::string_view prefix) override {
    WF_TRY_VOID(create_folders(parent));
    std::string name = (parent / (std::string(prefix) + "XXXXXX")).string();
    if (::mkdtemp(name.data()) == nullptr) {
      return system_error("make a folder in", parent, errno);
    }
    return Path(name);
  }

  Result<std::uint64_t> free_bytes(const Path& path) const override {
    std::error_code ignored;
    Path existing = std::filesystem::absolute(path, ignored);
    while (!exists(existing) && existing.has_relative_path()) {
      existing = existing.parent_path();
    }
    struct statvfs facts {};
    if (::statvfs(existing.c_str(), &facts) != 0) {
      return system_error("ask for the free space of", existing, errno);
    }
    return static_cast<std::uint64_t>(facts.f_bavail) * facts.f_frsize;
  }

  Result<std::unique_ptr<FileLock>> try_lock(const Path& path, std::string_view holder) override {
    WF_TRY_VOID(create_folders(path.parent_path()));
    WF_TRY(OpenFile file, open_file(path, O_RDWR | O_CREAT, "lock"));
    if (::flock(file.number(), LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK) {
        return system_error("lock", path, errno);
      }
      std::string other = read_all(file.number(), path).value_or("");
      while (!other.empty() && other.back() == '\n') {
        other.pop_back();
      }
      return fail(ErrorKind::temporary, "{} is held by {}", path.string(), other.empty() ? "another process" : other);
    }
    if (::ftruncate(file.number(), 0) != 0) {
      return system_error("write", path, errno);
    }
    WF_TRY_VOID(write_all(file.number(), path, std::string(holder) + "\n"));
    return std::make_unique<SystemFileLock>(std::move(file));
  }
};

} // namespace

std::unique_ptr<FileSystem> make_file_system() { return std::make_unique<SystemFileSystem>(); }

FileSystem::Path user_cache_folder() {
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && *cache == '/') {
    return Path(cache) / "wheelforge";
  }
  if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/') {
    return Path(home) / ".cache" / "wheelforge";
  }
  return Path("/tmp/wheelforge-" + std::to_string(::getuid()));
}

} // namespace wheelforge::host
