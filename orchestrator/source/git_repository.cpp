// libgit2 behind GitRepository; the only file that includes it. It is loaded when it is first wanted: it brings
// fourteen libraries with it, which cost every start of the program more than all others together.
#include "orchestrator/source/git_repository.hpp"

#include <dlfcn.h>
#include <git2.h>

#include <algorithm>
#include <set>
#include <utility>

namespace wheelforge::source {
namespace fs = std::filesystem;
namespace {

/// The functions of libgit2 that are called, under their names without "git_".
struct GitLibrary {
#define WF_GIT_FUNCTIONS(X)                                                                                            \
  X(buf_dispose)                                                                                                       \
  X(commit_free)                                                                                                       \
  X(commit_lookup)                                                                                                     \
  X(commit_time)                                                                                                       \
  X(describe_commit)                                                                                                   \
  X(describe_format)                                                                                                   \
  X(describe_result_free)                                                                                              \
  X(error_last)                                                                                                        \
  X(index_entrycount)                                                                                                  \
  X(index_free)                                                                                                        \
  X(index_get_byindex)                                                                                                 \
  X(libgit2_init)                                                                                                      \
  X(libgit2_opts)                                                                                                      \
  X(oid_tostr)                                                                                                         \
  X(reference_name_to_id)                                                                                              \
  X(repository_commondir)                                                                                              \
  X(repository_free)                                                                                                   \
  X(repository_index)                                                                                                  \
  X(repository_open_ext)                                                                                               \
  X(repository_path)                                                                                                   \
  X(repository_workdir)                                                                                                \
  X(status_byindex)                                                                                                    \
  X(status_list_entrycount)                                                                                            \
  X(status_list_free)                                                                                                  \
  X(status_list_new)
#define WF_GIT_MEMBER(name) decltype(&::git_##name) name = nullptr;
  WF_GIT_FUNCTIONS(WF_GIT_MEMBER)
#undef WF_GIT_MEMBER
};

Result<GitLibrary> open_library() {
  void* const handle = ::dlopen(WF_LIBGIT2_SONAME, RTLD_NOW | RTLD_LOCAL);
  const auto failed = [](const char* reason) {
    return with_hint(fail("{} cannot be loaded: {}", WF_LIBGIT2_SONAME, reason != nullptr ? reason : "no reason given"),
                     "it reads the project's git repository; install the distribution's libgit2");
  };
  if (handle == nullptr) {
    return failed(::dlerror());
  }
  GitLibrary library;
#define WF_GIT_LOAD(name)                                                                                              \
  library.name = reinterpret_cast<decltype(library.name)>(::dlsym(handle, "git_" #name));                              \
  if (library.name == nullptr) {                                                                                       \
    return failed(::dlerror());                                                                                        \
  }
  WF_GIT_FUNCTIONS(WF_GIT_LOAD)
#undef WF_GIT_LOAD
  library.libgit2_init();
  library.libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0); // who only reads a repository need not own it
  return library;
}

const Result<GitLibrary>& library() {
  static const Result<GitLibrary> loaded = open_library();
  return loaded;
}

/// Loads and starts the library, once. Fails with what the loader said; the library that the program was built with is
/// the one that is wanted.
Result<void> load_git() { return library() ? Result<void>() : tl::unexpected(library().error()); }

/// The library; load_git() has said that it is there.
const GitLibrary& git() { return *library(); }

template <class T, void (*GitLibrary::*release)(T*)>
struct Releaser {
  void operator()(T* object) const { (git().*release)(object); }
};
template <class T, void (*GitLibrary::*release)(T*)>
using Owned = std::unique_ptr<T, Releaser<T, release>>;

tl::unexpected<Error> git_failed(std::string_view doing) {
  const git_error* error = git().error_last();
  return fail("{}: {}", doing,
              error != nullptr && error->message != nullptr ? error->message : "libgit2 gave no reason");
}

bool is_missing(int code) { return code == GIT_ENOTFOUND || code == GIT_EBAREREPO; }

/// Every regular file and link below a folder, without following links.
Result<void> add_folder(const fs::path& folder, const std::string& name, const std::set<std::string>& left_out,
                        std::vector<TarEntry>& entries) {
  std::error_code error;
  std::vector<fs::directory_entry> found;
  for (fs::directory_iterator i(folder, error); !error && i != fs::directory_iterator(); i.increment(error)) {
    found.push_back(*i);
  }
  if (error) {
    return fail("{} cannot be listed: {}", folder.string(), error.message());
  }
  std::sort(found.begin(), found.end());
  if (found.empty()) {
    entries.push_back({name, TarEntry::Type::folder, 0, folder}); // git wants refs/ and objects/ even when empty
  }
  for (const fs::directory_entry& entry : found) {
    const std::string member = name + "/" + entry.path().filename().string();
    if (left_out.contains(member) || entry.path().extension() == ".lock") {
      continue;
    }
    const fs::file_status status = entry.symlink_status(error);
    if (fs::is_symlink(status)) {
      entries.push_back({member, TarEntry::Type::symlink, 0, entry.path()});
    } else if (fs::is_directory(status)) {
      WF_TRY_VOID(add_folder(entry.path(), member, left_out, entries));
    } else if (fs::is_regular_file(status)) {
      const bool executable = (status.permissions() & fs::perms::owner_exec) != fs::perms::none;
      entries.push_back({member, executable ? TarEntry::Type::executable : TarEntry::Type::file, entry.file_size(error),
                         entry.path()});
    }
  }
  return {};
}

} // namespace

struct GitRepository::State {
  Owned<git_repository, &GitLibrary::repository_free> repository;
};

GitRepository::GitRepository(std::unique_ptr<State> state) : state_(std::move(state)) {}
GitRepository::~GitRepository() = default;
GitRepository::GitRepository(GitRepository&&) noexcept = default;
GitRepository& GitRepository::operator=(GitRepository&&) noexcept = default;

Result<std::optional<GitRepository>> GitRepository::discover(const fs::path& folder) {
  WF_TRY_VOID(load_git());
  git_repository* raw = nullptr;
  const int code = git().repository_open_ext(&raw, folder.c_str(), 0, nullptr);
  if (is_missing(code)) {
    return std::nullopt;
  }
  if (code != 0) {
    return git_failed("opening the git repository of " + folder.string());
  }
  auto state = std::make_unique<State>();
  state->repository.reset(raw);
  if (git().repository_workdir(raw) == nullptr) {
    return std::nullopt; // a bare repository has no files of its own
  }
  return GitRepository(std::move(state));
}

Result<std::optional<GitRepository>> GitRepository::open(const fs::path& folder) {
  std::error_code ignored;
  if (!fs::exists(folder / ".git", ignored)) {
    return std::nullopt;
  }
  return discover(folder);
}

fs::path GitRepository::work_folder() const {
  const fs::path folder = git().repository_workdir(state_->repository.get());
  return folder.has_filename() ? folder : folder.parent_path();
}

Result<std::vector<std::string>> GitRepository::files() const {
  git_index* raw_index = nullptr;
  if (git().repository_index(&raw_index, state_->repository.get()) != 0) {
    return git_failed("reading git's index");
  }
  const Owned<git_index, &GitLibrary::index_free> index(raw_index);
  std::set<std::string> paths; // an unmerged file stands in the index several times
  for (std::size_t i = 0; i < git().index_entrycount(index.get()); ++i) {
    const git_index_entry* entry = git().index_get_byindex(index.get(), i);
    if (entry->mode != GIT_FILEMODE_COMMIT) {
      paths.insert(entry->path);
    }
  }

  git_status_options options = GIT_STATUS_OPTIONS_INIT;
  options.show = GIT_STATUS_SHOW_WORKDIR_ONLY;
  options.flags = GIT_STATUS_OPT_INCLUDE_UNTRACKED | GIT_STATUS_OPT_RECURSE_UNTRACKED_DIRS |
                  GIT_STATUS_OPT_EXCLUDE_SUBMODULES | GIT_STATUS_OPT_DISABLE_PATHSPEC_MATCH;
  git_status_list* raw_list = nullptr;
  if (git().status_list_new(&raw_list, state_->repository.get(), &options) != 0) {
    return git_failed("listing untracked files");
  }
  const Owned<git_status_list, &GitLibrary::status_list_free> list(raw_list);
  for (std::size_t i = 0; i < git().status_list_entrycount(list.get()); ++i) {
    const git_status_entry* entry = git().status_byindex(list.get(), i);
    const char* path = entry->index_to_workdir->new_file.path;
    if ((entry->status & GIT_STATUS_WT_NEW) != 0) {
      paths.insert(path);
    } else if ((entry->status & GIT_STATUS_WT_DELETED) != 0) {
      paths.erase(path);
    }
  }
  return std::vector<std::string>(paths.begin(), paths.end());
}

Result<std::vector<std::string>> GitRepository::submodules() const {
  git_index* raw = nullptr;
  if (git().repository_index(&raw, state_->repository.get()) != 0) {
    return git_failed("reading git's index");
  }
  const Owned<git_index, &GitLibrary::index_free> index(raw);
  std::vector<std::string> paths;
  for (std::size_t i = 0; i < git().index_entrycount(index.get()); ++i) {
    const git_index_entry* entry = git().index_get_byindex(index.get(), i);
    if (entry->mode == GIT_FILEMODE_COMMIT) {
      paths.emplace_back(entry->path);
    }
  }
  return paths;
}

Result<Revision> GitRepository::revision() const {
  git_repository* repository = state_->repository.get();
  Revision revision;
  git_oid id;
  const int code = git().reference_name_to_id(&id, repository, "HEAD");
  if (code == GIT_ENOTFOUND || code == GIT_EUNBORNBRANCH) {
    revision.dirty = true;
    return revision;
  }
  git_commit* raw_commit = nullptr;
  if (code != 0 || git().commit_lookup(&raw_commit, repository, &id) != 0) {
    return git_failed("reading the commit that HEAD names");
  }
  const Owned<git_commit, &GitLibrary::commit_free> commit(raw_commit);
  std::array<char, GIT_OID_HEXSZ + 1> hex{};
  revision.commit = git().oid_tostr(hex.data(), hex.size(), &id);
  revision.epoch = git().commit_time(commit.get());

  git_describe_options describe = GIT_DESCRIBE_OPTIONS_INIT;
  describe.describe_strategy = GIT_DESCRIBE_TAGS;
  describe.show_commit_oid_as_fallback = 1;
  git_describe_format_options format = GIT_DESCRIBE_FORMAT_OPTIONS_INIT;
  format.always_use_long_format = 1;
  git_describe_result* raw_described = nullptr;
  if (git().describe_commit(&raw_described, reinterpret_cast<git_object*>(commit.get()), &describe) == 0) { // NOLINT
    const Owned<git_describe_result, &GitLibrary::describe_result_free> described(raw_described);
    git_buf text = GIT_BUF_INIT;
    if (git().describe_format(&text, described.get(), &format) == 0) {
      revision.describe = text.ptr;
    }
    git().buf_dispose(&text);
  }

  git_status_options status = GIT_STATUS_OPTIONS_INIT;
  status.flags = GIT_STATUS_OPT_INCLUDE_UNTRACKED;
  git_status_list* raw_list = nullptr;
  if (git().status_list_new(&raw_list, repository, &status) != 0) {
    return git_failed("comparing the work tree with its commit");
  }
  const Owned<git_status_list, &GitLibrary::status_list_free> list(raw_list);
  revision.dirty = git().status_list_entrycount(list.get()) > 0;
  return revision;
}

Result<std::vector<TarEntry>> GitRepository::own_files() const {
  const fs::path own = git().repository_path(state_->repository.get());
  const fs::path common = git().repository_commondir(state_->repository.get());
  std::vector<TarEntry> entries;
  if (fs::equivalent(own, common)) {
    WF_TRY_VOID(add_folder(own.parent_path(), ".git", {".git/worktrees", ".git/hooks"}, entries));
    return entries;
  }
  // A linked work tree: the common folder's history with this work tree's own HEAD and index.
  WF_TRY_VOID(add_folder(common.parent_path(), ".git",
                         {".git/worktrees", ".git/hooks", ".git/HEAD", ".git/index", ".git/logs"}, entries));
  for (const char* name : {"HEAD", "index"}) {
    std::error_code error;
    if (const auto size = fs::file_size(own / name, error); !error) {
      entries.push_back({std::string(".git/") + name, TarEntry::Type::file, size, own / name});
    }
  }
  return entries;
}

} // namespace wheelforge::source
