// Files, folders and patterns on the command line.
#include "orchestrator/cli/wheel_files.hpp"

#include <algorithm>

#include <fnmatch.h>

namespace wheelforge::cli {
namespace {

namespace fs = std::filesystem;

/// The files of a folder whose name matches, sorted; empty where the folder cannot be read.
std::vector<fs::path> matching(const fs::path& folder, const std::string& pattern) {
  std::vector<fs::path> found;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder.empty() ? "." : folder, error)) {
    if (::fnmatch(pattern.c_str(), entry.path().filename().c_str(), 0) == 0 && entry.is_regular_file(error)) {
      found.push_back(folder / entry.path().filename());
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

} // namespace

Result<std::vector<fs::path>> find_wheel_files(const std::vector<std::string>& arguments) {
  std::vector<fs::path> files;
  for (const std::string& argument : arguments) {
    const fs::path path(argument);
    std::error_code error;
    std::vector<fs::path> found;
    if (fs::is_directory(path, error)) {
      found = matching(path, "*.whl");
    } else if (fs::exists(path, error)) {
      found = {path};
    } else if (argument.find_first_of("*?[") != std::string::npos) {
      found = matching(path.parent_path(), path.filename());
    }
    if (found.empty()) {
      return fail(ErrorKind::not_found, "'{}' names no wheel", argument);
    }
    for (fs::path& file : found) {
      if (std::find(files.begin(), files.end(), file) == files.end()) {
        files.push_back(std::move(file));
      }
    }
  }
  return files;
}

} // namespace wheelforge::cli
