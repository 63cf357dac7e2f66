// The files of a release as the command line names them: wheels, folders, and saved index pages.
#pragma once

#include "orchestrator/base/error.hpp"
#include "orchestrator/host/file_system.hpp"
#include "orchestrator/resolve/candidate.hpp"

#include <string>
#include <vector>

namespace wheelforge::cli {

/// The files behind the arguments, in their order: a folder gives its wheels and source archives by name, a page
/// (.html, .htm, .json) what it lists, and every other argument is a file name, which need not exist. Of wheels that
/// exist, Requires-Python is read from METADATA, as an index would. Fails where a folder or page cannot be read and
/// where an argument is no release file.
[[nodiscard]] Result<std::vector<resolve::ReleaseFile>> read_release_files(const host::FileSystem& files,
                                                                           const std::vector<std::string>& arguments);

/// The projects that the files belong to, normalised, each once, in order of appearance; files that belong to none are
/// left out.
[[nodiscard]] std::vector<std::string> projects_of(const std::vector<resolve::ReleaseFile>& files);

} // namespace wheelforge::cli
