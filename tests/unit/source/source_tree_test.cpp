// Source trees made by the real git in a temporary folder.
#include "orchestrator/source/source_tree.hpp"
#include "tests/support/catch.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace wheelforge;
using source::SourceTree;
namespace fs = std::filesystem;

namespace {
/// A folder that goes with its test, and a shell in it.
struct Folder {
  fs::path path = fs::temp_directory_path() / ("source-tree-" + std::to_string(getpid()));
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  void run(const std::string& script) const {
    const fs::path file = path.string() + ".sh";
    std::ofstream(file) << "set -e\ncd '" << path.string() << "'\nexec >/dev/null 2>&1\n"
                        << "export GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b "
                           "GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b GIT_COMMITTER_DATE='1700000000 +0000'\n"
                        << script << "\n";
    const int status = std::system(("sh " + file.string()).c_str());
    fs::remove(file);
    REQUIRE(status == 0);
  }
};

std::vector<std::string> paths_of(const SourceTree& tree) {
  std::vector<std::string> paths;
  for (const auto& entry : tree.entries()) {
    paths.push_back(entry.path);
  }
  return paths;
}

/// Unpacks the tree's tar stream into a folder.
void unpack(const SourceTree& tree, const fs::path& target) {
  fs::create_directories(target);
  const fs::path file = target.string() + ".tar";
  const auto producer = tree.tar("copy");
  std::ofstream out(file, std::ios::binary);
  std::string buffer(10'000, '\0');
  while (true) {
    const auto count = producer(buffer);
    REQUIRE(count);
    if (*count == 0) {
      break;
    }
    out.write(buffer.data(), static_cast<std::streamsize>(*count));
  }
  out.close();
  REQUIRE(std::system(("tar -xf " + file.string() + " -C " + target.string()).c_str()) == 0);
}
} // namespace

TEST_CASE("by git the tree is the tracked files and the untracked ones that are not ignored") {
  const Folder folder;
  folder.run("git init -b main .; mkdir src wheelhouse .wheelforge; echo 1 > src/a.c; echo '*.o' > .gitignore; "
             "echo gone > gone; git add -A; git commit -m one; rm gone; echo 2 > new; echo 3 > src/a.o; "
             "echo w > wheelhouse/w.whl; echo r > .wheelforge/report.json");
  const auto tree = SourceTree::open(folder.path);
  REQUIRE(tree);
  CHECK(paths_of(*tree) == std::vector<std::string>{".gitignore", "new", "src/a.c"});
  CHECK(tree->revision().dirty);
  CHECK(tree->revision().epoch == 1'700'000'000);
  CHECK(tree->revision().commit.size() == 40);
}

TEST_CASE("a project inside a repository brings the whole repository") {
  const Folder folder;
  folder.run("git init -b main .; mkdir -p python/wheelhouse; echo 1 > python/setup.py; echo 2 > core.c; git add -A; "
             "git commit -m one; echo w > python/wheelhouse/w.whl");
  const auto tree = SourceTree::open(folder.path / "python");
  REQUIRE(tree);
  CHECK(tree->root() == fs::canonical(folder.path));
  CHECK(tree->project() == "python");
  CHECK(paths_of(*tree) == std::vector<std::string>{"core.c", "python/setup.py"});
  CHECK_FALSE(tree->revision().commit.empty());
}

TEST_CASE("without git the tree is everything but outputs") {
  const Folder folder;
  folder.run("mkdir -p a out wheelhouse; echo 1 > a/x; ln -s a/x link; echo 2 > wheelhouse/w; echo 3 > out/w");
  const auto tree = SourceTree::open(folder.path, {{"out"}, source::GitFolder::include});
  REQUIRE(tree);
  CHECK(paths_of(*tree) == std::vector<std::string>{"a/x", "link"});
  CHECK(tree->entries()[1].type == source::SourceEntry::Type::symlink);
  CHECK(tree->revision().commit.empty());
  CHECK(tree->revision().epoch > 0);
}

TEST_CASE("the digest follows content, names and modes, and nothing else") {
  const Folder folder;
  folder.run("git init -b main .; echo 1 > a; git add -A; git commit -m one");
  const auto digest = [&] { return SourceTree::open(folder.path)->digest()->hex(); };
  const std::string before = digest();
  folder.run("touch a");
  CHECK(digest() == before);
  const std::string change = GENERATE(as<std::string>{}, "echo 2 > a", "chmod +x a", "mv a b", "echo x > c");
  folder.run(change);
  CHECK(digest() != before);
}

TEST_CASE("a copy made from the stream is a working checkout, also of a linked work tree and with submodules") {
  const Folder folder;
  folder.run("git init -b main lib; cd lib; echo l > l.c; git add -A; git commit -m lib; cd ..; git init -b main main; "
             "cd main; git -c protocol.file.allow=always submodule add ../lib vendor/lib; echo 1 > a; git add -A; "
             "git commit -m one; git tag v1.2; git worktree add ../linked; cd ../linked; echo 2 > a");
  const std::string name = GENERATE(as<std::string>{}, "main", "linked");
  const auto tree = SourceTree::open(folder.path / name);
  REQUIRE(tree);
  CHECK(tree->revision().describe.substr(0, 7) == "v1.2-0-");
  unpack(*tree, folder.path / ("out-" + name));
  const std::string copy = "out-" + name + "/copy";
  folder.run("cd " + copy + "; test x$(git describe --tags) = xv1.2; git status --porcelain");
  if (name == "main") {
    folder.run("cd " + copy + "; test -f vendor/lib/l.c; git -C vendor/lib log; test -z \"$(git status --porcelain)\"");
  } else {
    folder.run("cd " + copy + "; git diff --name-only | grep -x a");
  }
}

TEST_CASE("a folder that does not exist is said so") {
  const auto tree = SourceTree::open("/no/such/folder");
  REQUIRE_FALSE(tree);
  CHECK(tree.error() == Error{"/no/such/folder is not a folder", ErrorKind::not_found, ""});
}
