// A git repository as the source tree sees it: its files, its commit, its own folder. Over libgit2.
#pragma once

#include "orchestrator/source/source_tree.hpp"
#include "orchestrator/source/tar_stream.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace wheelforge::source {

/// An open repository with a work tree.
class GitRepository {
public:
  /// The repository that holds the folder; nothing where there is none. Fails where there is one that cannot be read.
  [[nodiscard]] static Result<std::optional<GitRepository>> discover(const std::filesystem::path& folder);
  /// The repository whose work tree is exactly this folder; nothing where there is none (a submodule that was never
  /// checked out).
  [[nodiscard]] static Result<std::optional<GitRepository>> open(const std::filesystem::path& folder);
  ~GitRepository();
  GitRepository(GitRepository&&) noexcept;
  GitRepository& operator=(GitRepository&&) noexcept;

  /// The top of the work tree.
  [[nodiscard]] std::filesystem::path work_folder() const;
  /// Paths, relative to the work tree, of tracked files that exist and of untracked ones that are not ignored.
  [[nodiscard]] Result<std::vector<std::string>> files() const;
  /// Paths of the submodules in the index.
  [[nodiscard]] Result<std::vector<std::string>> submodules() const;
  /// Commit, description and cleanness; empty before the first commit.
  [[nodiscard]] Result<Revision> revision() const;
  /// The files that make up ".git" for a copy of the work tree, named ".git/…": also for a linked work tree, whose own
  /// ".git" is only a pointer to a place that the copy does not have.
  [[nodiscard]] Result<std::vector<TarEntry>> own_files() const;

private:
  struct State;
  explicit GitRepository(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

} // namespace wheelforge::source
