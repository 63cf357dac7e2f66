// Gathers the files of a release.
#include "orchestrator/cli/release_files.hpp"

#include "orchestrator/resolve/index_page.hpp"
#include "orchestrator/wheel/metadata.hpp"
#include "orchestrator/zip/inflater.hpp"
#include "orchestrator/zip/zip_reader.hpp"

#include <algorithm>

namespace wheelforge::cli {
namespace {

using resolve::ReleaseFile;
using Path = std::filesystem::path;

/// Requires-Python from the METADATA of a wheel; absent where the wheel does not say or cannot be read.
std::optional<std::string> requires_python_of(const Path& path) {
  const Result<zip::ZipReader> archive = zip::ZipReader::open(path);
  if (!archive) {
    return std::nullopt;
  }
  for (const zip::ZipMember& member : archive->members()) {
    const std::size_t slash = member.name.find('/');
    const bool metadata =
        slash != std::string::npos && slash == member.name.rfind('/') && member.name.ends_with(".dist-info/METADATA");
    if (!metadata) {
      continue;
    }
    zip::Inflater inflater;
    const auto bytes = inflater.read(*archive, member);
    if (!bytes) {
      return std::nullopt;
    }
    const Result<wheel::Metadata> parsed =
        wheel::parse_metadata({reinterpret_cast<const char*>(bytes->data()), bytes->size()});
    return parsed && !parsed->requires_python.empty() ? std::optional(parsed->requires_python) : std::nullopt;
  }
  return std::nullopt;
}

bool is_release_file(const std::string& name) {
  return resolve::parse_candidate(name, resolve::Names::loose, "").has_value();
}

ReleaseFile file_at(const host::FileSystem& files, const Path& path) {
  ReleaseFile out{path.filename().string()};
  if (out.name.ends_with(".whl") && files.exists(path)) {
    out.requires_python = requires_python_of(path);
  }
  return out;
}

Result<std::vector<ReleaseFile>> read_folder(const host::FileSystem& files, const Path& folder) {
  WF_TRY(const std::vector<host::FolderEntry> entries, files.list(folder));
  std::vector<ReleaseFile> out;
  for (const host::FolderEntry& entry : entries) {
    if (entry.type != host::FileType::folder && is_release_file(entry.name)) {
      out.push_back(file_at(files, folder / entry.name));
    }
  }
  if (out.empty()) {
    return fail(ErrorKind::not_found, "{} has no wheels and no source archives", folder.string());
  }
  return out;
}

Result<std::vector<ReleaseFile>> read_argument(const host::FileSystem& files, const std::string& argument) {
  const Path path = argument;
  const std::string extension = path.extension().string();
  if (extension == ".html" || extension == ".htm") {
    WF_TRY(const std::string page, files.read(path));
    return resolve::parse_html_index(page);
  }
  if (extension == ".json") {
    WF_TRY(const std::string page, files.read(path));
    WF_TRY_CONTEXT(std::vector<ReleaseFile> listed, resolve::parse_json_index(page), argument);
    return listed;
  }
  if (is_release_file(path.filename().string())) {
    return std::vector<ReleaseFile>{file_at(files, path)};
  }
  if (std::error_code ignored; std::filesystem::is_directory(path, ignored)) {
    return read_folder(files, path);
  }
  return fail(files.exists(path) ? ErrorKind::usage : ErrorKind::not_found,
              "{:?} is neither a wheel, a source archive, a folder nor an index page (.html, .json)", argument);
}

} // namespace

Result<std::vector<ReleaseFile>> read_release_files(const host::FileSystem& files,
                                                    const std::vector<std::string>& arguments) {
  std::vector<ReleaseFile> out;
  for (const std::string& argument : arguments) {
    WF_TRY(std::vector<ReleaseFile> some, read_argument(files, argument));
    out.insert(out.end(), std::make_move_iterator(some.begin()), std::make_move_iterator(some.end()));
  }
  if (out.empty()) {
    return fail(ErrorKind::not_found, "the index page lists no files");
  }
  return out;
}

std::vector<std::string> projects_of(const std::vector<ReleaseFile>& files) {
  std::vector<std::string> out;
  for (const ReleaseFile& file : files) {
    const auto candidate = resolve::parse_candidate(file.name, resolve::Names::loose, "");
    if (candidate && std::find(out.begin(), out.end(), candidate->project) == out.end()) {
      out.push_back(candidate->project);
    }
  }
  return out;
}

} // namespace wheelforge::cli
