// A temporary folder's life.
#include "orchestrator/host/file_system.hpp"

namespace wheelforge::host {

Result<TempFolder> TempFolder::create(FileSystem& files, const FileSystem::Path& parent, std::string_view prefix) {
  WF_TRY(FileSystem::Path path, files.make_temp_folder(parent, prefix));
  return TempFolder(files, std::move(path));
}

TempFolder::~TempFolder() {
  if (!path_.empty()) {
    (void)files_->remove_all(path_); // nobody is left to tell
  }
}

TempFolder::TempFolder(TempFolder&& other) noexcept : files_(other.files_), path_(other.release()) {}

TempFolder& TempFolder::operator=(TempFolder&& other) noexcept {
  std::swap(files_, other.files_);
  std::swap(path_, other.path_);
  return *this;
}

FileSystem::Path TempFolder::release() { return std::exchange(path_, {}); }

} // namespace wheelforge::host
