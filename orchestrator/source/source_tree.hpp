// What is built: the files of a checkout, their digest, their revision, and a tar stream of them.
#pragma once

#include "orchestrator/base/error.hpp"
#include "orchestrator/base/sha256.hpp"
#include "orchestrator/host/process_runner.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace wheelforge::source {

/// One file of the tree, or one link. Folders are implied, except empty ones, which git does not know either.
struct SourceEntry {
  enum class Type { file, executable, symlink };
  std::string path; ///< relative to the tree's root, '/' between parts
  Type type = Type::file;
  std::uint64_t size_bytes = 0;
  std::filesystem::path origin; ///< where its bytes are on this machine

  bool operator==(const SourceEntry&) const = default;
};

/// Where the tree stands in its history.
struct Revision {
  std::string commit;     ///< 40 hexadecimal digits; empty without git or before the first commit
  std::string describe;   ///< like `git describe --tags --long --always`; empty without a commit
  bool dirty = false;     ///< tracked files differ from the commit, or untracked ones were added
  std::int64_t epoch = 0; ///< SOURCE_DATE_EPOCH: the commit's time, else the newest file's, in seconds

  bool operator==(const Revision&) const = default;
};

/// Whether the tree carries its git history along (setuptools_scm and others read it).
enum class GitFolder { include, exclude };

struct SourceOptions {
  /// Folders that are never part of the tree, relative to the project: the output folder beside wheelhouse/ and
  /// .wheelforge/, which are always left out.
  std::vector<std::filesystem::path> left_out;
  GitFolder git = GitFolder::include;
};

/// The files of a project as they are on disk when it is opened: by git the tracked files and the untracked ones that
/// are not ignored, submodules included; without git everything.
class SourceTree {
public:
  /// Lists the tree that holds `project`: the whole repository around it, or the folder itself where there is none.
  [[nodiscard]] static Result<SourceTree> open(const std::filesystem::path& project, const SourceOptions& options = {});
  ~SourceTree();
  SourceTree(SourceTree&&) noexcept;
  SourceTree& operator=(SourceTree&&) noexcept;

  /// The folder that the entries are relative to: the repository's, or the project's.
  [[nodiscard]] const std::filesystem::path& root() const;
  /// The project's folder relative to the root; empty when it is the root.
  [[nodiscard]] const std::filesystem::path& project() const;
  /// The files, sorted by path, without those of git itself.
  [[nodiscard]] const std::vector<SourceEntry>& entries() const;
  [[nodiscard]] const Revision& revision() const;
  /// SHA-256 over every entry's path, type and bytes: the same for the same tree on any machine.
  [[nodiscard]] Result<Sha256> digest() const;
  /// The same over the entries that are one of these paths or stand below it; paths are relative to the root.
  [[nodiscard]] Result<Sha256> digest_below(const std::vector<std::string>& paths) const;
  /// The same over all entries but those.
  [[nodiscard]] Result<Sha256> digest_without(const std::vector<std::string>& paths) const;
  /// The tree as a tar stream: names "PREFIX/path", sorted, owner 0:0, modes 0644 and 0755, times SOURCE_DATE_EPOCH,
  /// git's own files last. `prefix` may be empty. The tree must outlive the stream. A file that changes its size
  /// meanwhile is an error.
  [[nodiscard]] host::ByteProducer tar(const std::string& prefix = {}) const;

private:
  struct State;
  explicit SourceTree(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// What must be in a container's environment so that its git reads a tree that another user owns.
/// Source: git-config(1), GIT_CONFIG_COUNT and safe.directory.
[[nodiscard]] host::Environment git_trust_environment();

} // namespace wheelforge::source
