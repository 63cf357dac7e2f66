// The real file system: atomic writes, publishing, locks, folders, and what its errors say.
#include "orchestrator/host/file_system.hpp"
#include "tests/support/catch.hpp"

#include <filesystem>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace wheelforge;
using namespace wheelforge::host;

namespace {
struct Place {
  std::unique_ptr<FileSystem> files = make_file_system();
  TempFolder folder = TempFolder::create(*files, std::filesystem::temp_directory_path(), "wf-test-").value();
  FileSystem::Path operator/(const char* name) const { return folder.path() / name; }
};
} // namespace

TEST_CASE("an atomic write replaces the whole file and leaves nothing beside it") {
  Place place;
  REQUIRE(place.files->write_atomically(place / "a/b.txt", "old and long"));
  REQUIRE(place.files->write_atomically(place / "a/b.txt", "new"));
  CHECK(place.files->read(place / "a/b.txt") == "new");
  CHECK(place.files->list(place / "a") == std::vector<FolderEntry>{{"b.txt", FileType::file, 3}});
  struct stat facts {};
  REQUIRE(::stat((place / "a/b.txt").c_str(), &facts) == 0);
  const mode_t mask = ::umask(0);
  ::umask(mask);
  CHECK((facts.st_mode & 0777U) == (0666U & ~mask));
}

TEST_CASE("a failed atomic write keeps the old bytes and no rest") {
  Place place;
  REQUIRE(place.files->create_folders(place / "taken"));
  CHECK_FALSE(place.files->write_atomically(place / "taken", "x"));
  CHECK(place.files->list(place.folder.path())->size() == 1);
}

TEST_CASE("publishing moves a file, also from another file system") {
  Place place;
  const auto elsewhere = std::filesystem::exists("/dev/shm") ? "/dev/shm" : place.folder.path().string();
  TempFolder other = TempFolder::create(*place.files, elsewhere, "wf-test-").value();
  const auto finished = other.path() / "x.whl";
  REQUIRE(place.files->write_atomically(finished, "wheel"));
  REQUIRE(place.files->publish(finished, place / "wheelhouse/x.whl"));
  CHECK(place.files->read(place / "wheelhouse/x.whl") == "wheel");
  CHECK_FALSE(place.files->exists(finished));
  CHECK(place.files->list(place / "wheelhouse")->size() == 1);
}

TEST_CASE("a missing file is not_found and named") {
  Place place;
  const auto read = place.files->read(place / "gone");
  REQUIRE_FALSE(read);
  CHECK(read.error().kind == ErrorKind::not_found);
  CHECK(read.error().message.find("gone: No such file") != std::string::npos);
  CHECK(place.files->list(place / "gone").error().kind == ErrorKind::not_found);
  CHECK(place.files->remove_all(place / "gone"));
}

TEST_CASE("a full disk is disk_full") {
  const auto files = make_file_system();
  auto writer = files->open_writer("/dev/full", OpenMode::append);
  REQUIRE(writer);
  const auto written = (*writer)->write("x");
  REQUIRE_FALSE(written);
  CHECK(written.error().kind == ErrorKind::disk_full);
  CHECK_FALSE(written.error().hint.empty());
}

TEST_CASE("a writer appends or starts over") {
  Place place;
  for (const auto& [mode, wanted] :
       {std::pair(OpenMode::append, "a"), std::pair(OpenMode::append, "aa"), std::pair(OpenMode::truncate, "a")}) {
    auto writer = place.files->open_writer(place / "log/x", mode);
    REQUIRE(writer);
    REQUIRE((*writer)->write("a"));
    REQUIRE((*writer)->sync());
    CHECK(place.files->read(place / "log/x") == wanted);
  }
}

TEST_CASE("a lock is held against other processes until it goes, and says by whom") {
  Place place;
  auto held = place.files->try_lock(place / "lock", "pid 1, run r1");
  REQUIRE(held);
  const auto second = place.files->try_lock(place / "lock", "pid 2");
  REQUIRE_FALSE(second);
  CHECK(second.error().kind == ErrorKind::temporary);
  CHECK(second.error().message == (place / "lock").string() + " is held by pid 1, run r1");

  const pid_t child = ::fork();
  if (child == 0) {
    ::_exit(place.files->try_lock(place / "lock", "child") ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(WEXITSTATUS(status) == 1);

  held = place.files->try_lock(place / "other", "x");
  CHECK(place.files->try_lock(place / "lock", "pid 3"));
}

TEST_CASE("folders are listed by name with types and sizes") {
  Place place;
  REQUIRE(place.files->write_atomically(place / "b", "12345"));
  REQUIRE(place.files->create_folders(place / "a"));
  std::filesystem::create_symlink("nowhere", place / "c");
  CHECK(place.files->list(place.folder.path()) ==
        std::vector<FolderEntry>{{"a", FileType::folder, 0}, {"b", FileType::file, 5}, {"c", FileType::symlink, 0}});
}

TEST_CASE("a temporary folder goes with its owner unless it is released") {
  const auto files = make_file_system();
  FileSystem::Path gone;
  FileSystem::Path kept;
  {
    TempFolder first = TempFolder::create(*files, std::filesystem::temp_directory_path(), "wf-test-").value();
    TempFolder second = TempFolder::create(*files, std::filesystem::temp_directory_path(), "wf-test-").value();
    gone = first.path();
    REQUIRE(files->write_atomically(gone / "deep/file", "x"));
    TempFolder moved = std::move(second);
    kept = moved.release();
  }
  CHECK_FALSE(files->exists(gone));
  CHECK(files->exists(kept));
  CHECK(files->remove_all(kept));
}

TEST_CASE("free space is asked of the nearest folder that exists") {
  const auto files = make_file_system();
  const auto here = files->free_bytes("/");
  REQUIRE(here);
  CHECK(*here > 0);
  CHECK(files->free_bytes("/no/such/folder/at/all"));
}
