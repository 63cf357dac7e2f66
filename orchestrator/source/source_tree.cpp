// Lists a project's files by git, or by the file system where there is no git, and hands them out.
#include "orchestrator/source/source_tree.hpp"

#include "orchestrator/source/git_repository.hpp"
#include "orchestrator/source/tar_stream.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <fstream>

namespace wheelforge::source {
namespace fs = std::filesystem;
namespace {

/// Outputs of ours, relative to the project.
constexpr std::array kAlwaysLeftOut = {"wheelhouse", ".wheelforge"};

bool is_below(const std::string& path, const std::string& folder) {
  return path == folder || path.starts_with(folder + "/");
}

/// What the path is on disk; nothing for what is no part of a tree (gone, a socket, a device).
std::optional<SourceEntry> entry_at(const fs::path& root, const std::string& path) {
  SourceEntry entry;
  entry.path = path;
  entry.origin = root / path;
  std::error_code error;
  const fs::file_status status = fs::symlink_status(entry.origin, error);
  if (fs::is_symlink(status)) {
    entry.type = SourceEntry::Type::symlink;
    return entry;
  }
  if (!fs::is_regular_file(status)) {
    return std::nullopt;
  }
  entry.type = (status.permissions() & fs::perms::owner_exec) != fs::perms::none ? SourceEntry::Type::executable
                                                                                 : SourceEntry::Type::file;
  entry.size_bytes = fs::file_size(entry.origin, error);
  return entry;
}

std::int64_t modification_time(const fs::path& path) {
  std::error_code error;
  const auto time = fs::last_write_time(path, error);
  if (error) {
    return 0;
  }
  const auto system = std::chrono::file_clock::to_sys(time);
  return std::chrono::duration_cast<std::chrono::seconds>(system.time_since_epoch()).count();
}

TarEntry to_tar(const SourceEntry& entry, const std::string& prefix) {
  const auto type = entry.type == SourceEntry::Type::symlink      ? TarEntry::Type::symlink
                    : entry.type == SourceEntry::Type::executable ? TarEntry::Type::executable
                                                                  : TarEntry::Type::file;
  return {prefix + entry.path, type, entry.size_bytes, entry.origin};
}

/// The bytes that stand for an entry in the digest: a file's content, a link's target.
Result<void> add_content(const SourceEntry& entry, Sha256Stream& stream) {
  if (entry.type == SourceEntry::Type::symlink) {
    std::error_code error;
    stream.update(fs::read_symlink(entry.origin, error).string());
    return {};
  }
  std::ifstream file(entry.origin, std::ios::binary);
  std::array<char, 1U << 16U> buffer{};
  std::uint64_t total = 0;
  while (file) {
    file.read(buffer.data(), buffer.size());
    const auto count = static_cast<std::size_t>(file.gcount());
    stream.update(std::string_view(buffer.data(), count));
    total += count;
  }
  if (!file.eof() || total != entry.size_bytes) {
    return fail("{} changed while it was read", entry.origin.string());
  }
  return {};
}

bool is_any_above(const std::vector<std::string>& folders, const std::string& path) {
  return std::any_of(folders.begin(), folders.end(), [&](const std::string& folder) {
    return folder.empty() || folder == "." || is_below(path, folder);
  });
}

/// Over the path, type and bytes of each entry that counts.
template <class Counts>
Result<Sha256> digest_of(const std::vector<SourceEntry>& entries, Counts counts) {
  Sha256Stream stream;
  for (const SourceEntry& entry : entries) {
    if (!counts(entry.path)) {
      continue;
    }
    stream.update(fmt::format("{}\n{}\n{}\n", static_cast<int>(entry.type), entry.path.size(), entry.path));
    Sha256Stream content;
    WF_TRY_VOID(add_content(entry, content));
    stream.update(content.finish().hex());
  }
  return stream.finish();
}

} // namespace

struct SourceTree::State {
  fs::path root;
  fs::path project;
  std::vector<SourceEntry> entries;
  std::vector<TarEntry> git_entries;
  Revision revision;

  /// Adds the repository's files and those of its submodules, whose paths begin with `prefix`.
  Result<void> add_repository(const GitRepository& repository, const std::string& prefix) {
    WF_TRY(const auto files, repository.files());
    for (const std::string& file : files) {
      if (auto entry = entry_at(root, prefix + file)) {
        entries.push_back(*std::move(entry));
      }
    }
    WF_TRY(const auto submodules, repository.submodules());
    for (const std::string& path : submodules) {
      WF_TRY(const auto submodule, GitRepository::open(root / prefix / path));
      if (submodule) {
        if (auto pointer = entry_at(root, prefix + path + "/.git")) {
          entries.push_back(*std::move(pointer)); // leads into the .git of the whole, which comes along
        }
        WF_TRY_VOID(add_repository(*submodule, prefix + path + "/"));
      }
    }
    return {};
  }

  Result<void> add_folder(const fs::path& folder) {
    std::error_code error;
    fs::recursive_directory_iterator i(folder, error);
    for (; !error && i != fs::recursive_directory_iterator(); i.increment(error)) {
      const std::string path = i->path().lexically_relative(root).generic_string();
      if (i->is_directory() && !i->is_symlink() && is_left_out(path)) {
        i.disable_recursion_pending();
      } else if (auto entry = entry_at(root, path)) {
        entries.push_back(*std::move(entry));
      }
    }
    if (error) {
      return fail("{} cannot be listed: {}", folder.string(), error.message());
    }
    return {};
  }

  [[nodiscard]] bool is_left_out(const std::string& path) const {
    return std::any_of(left_out.begin(), left_out.end(), [&](const std::string& out) { return is_below(path, out); });
  }

  std::vector<std::string> left_out; ///< relative to the root
};

SourceTree::SourceTree(std::unique_ptr<State> state) : state_(std::move(state)) {}
SourceTree::~SourceTree() = default;
SourceTree::SourceTree(SourceTree&&) noexcept = default;
SourceTree& SourceTree::operator=(SourceTree&&) noexcept = default;

Result<SourceTree> SourceTree::open(const fs::path& project, const SourceOptions& options) {
  std::error_code error;
  const fs::path folder = fs::canonical(project, error);
  if (error || !fs::is_directory(folder)) {
    return fail(ErrorKind::not_found, "{} is not a folder", project.string());
  }
  auto state = std::make_unique<State>();
  WF_TRY(const auto repository, GitRepository::discover(folder));
  state->root = repository ? fs::canonical(repository->work_folder(), error) : folder;
  state->project = folder == state->root ? fs::path() : folder.lexically_relative(state->root);
  for (const char* name : kAlwaysLeftOut) {
    state->left_out.push_back((state->project / name).lexically_normal().generic_string());
  }
  for (const fs::path& out : options.left_out) {
    const fs::path absolute = (folder / out).lexically_normal();
    state->left_out.push_back(absolute.lexically_relative(state->root).generic_string());
  }

  if (repository) {
    WF_TRY_VOID(state->add_repository(*repository, ""));
    WF_TRY(state->revision, repository->revision());
    if (options.git == GitFolder::include) {
      WF_TRY(state->git_entries, repository->own_files());
    }
  } else {
    WF_TRY_VOID(state->add_folder(folder));
  }
  std::erase_if(state->entries, [&](const SourceEntry& entry) { return state->is_left_out(entry.path); });
  std::sort(state->entries.begin(), state->entries.end(),
            [](const SourceEntry& a, const SourceEntry& b) { return a.path < b.path; });
  if (state->revision.epoch == 0) {
    for (const SourceEntry& entry : state->entries) {
      if (entry.type != SourceEntry::Type::symlink) {
        state->revision.epoch = std::max(state->revision.epoch, modification_time(entry.origin));
      }
    }
  }
  return SourceTree(std::move(state));
}

const fs::path& SourceTree::root() const { return state_->root; }
const fs::path& SourceTree::project() const { return state_->project; }
const std::vector<SourceEntry>& SourceTree::entries() const { return state_->entries; }
const Revision& SourceTree::revision() const { return state_->revision; }

Result<Sha256> SourceTree::digest() const { return digest_without({}); }

Result<Sha256> SourceTree::digest_below(const std::vector<std::string>& paths) const {
  return digest_of(state_->entries, [&](const std::string& path) { return is_any_above(paths, path); });
}

Result<Sha256> SourceTree::digest_without(const std::vector<std::string>& paths) const {
  return digest_of(state_->entries, [&](const std::string& path) { return !is_any_above(paths, path); });
}

host::ByteProducer SourceTree::tar(const std::string& prefix) const {
  const std::string before = prefix.empty() ? prefix : prefix + "/";
  std::vector<TarEntry> entries;
  entries.reserve(state_->entries.size() + state_->git_entries.size());
  for (const SourceEntry& entry : state_->entries) {
    entries.push_back(to_tar(entry, before));
  }
  for (TarEntry entry : state_->git_entries) {
    entry.name = before + entry.name;
    entries.push_back(std::move(entry));
  }
  return tar_stream(std::move(entries), state_->revision.epoch);
}

} // namespace wheelforge::source
