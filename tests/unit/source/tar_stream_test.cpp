// The tar stream, read back by the system's tar.
#include "orchestrator/source/tar_stream.hpp"
#include "tests/support/catch.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

using namespace wheelforge;
namespace fs = std::filesystem;

namespace {
/// A folder that goes with its test.
struct Folder {
  fs::path path = fs::temp_directory_path() / ("tar-stream-" + std::to_string(getpid()));
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  fs::path write(const std::string& name, const std::string& bytes) const {
    std::ofstream(path / name, std::ios::binary) << bytes;
    return path / name;
  }
};

Result<std::string> read_all(const host::ByteProducer& producer, std::size_t piece) {
  std::string all;
  std::string buffer(piece, '\0');
  while (true) {
    WF_TRY(const std::size_t count, producer(buffer));
    if (count == 0) {
      return all;
    }
    all.append(buffer, 0, count);
  }
}

std::string read_file(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}
} // namespace

TEST_CASE("tar unpacks what the stream packed, whatever the size of the pieces") {
  const Folder folder;
  const std::string long_name = "deep/" + std::string(90, 'a') + "/" + std::string(90, 'b') + ".txt";
  fs::create_symlink("small", folder.path / "link");
  const std::vector<source::TarEntry> entries = {
      {"out/small", source::TarEntry::Type::executable, 5, folder.write("small", "hello")},
      {"out/block", source::TarEntry::Type::file, 512, folder.write("block", std::string(512, 'x'))},
      {"out/empty", source::TarEntry::Type::file, 0, folder.write("empty", "")},
      {"out/" + long_name, source::TarEntry::Type::file, 3, folder.write("long", "abc")},
      {"out/link", source::TarEntry::Type::symlink, 0, folder.path / "link"},
      {"out/folder", source::TarEntry::Type::folder, 0, {}},
  };
  const std::size_t piece = GENERATE(as<std::size_t>{}, 1, 511, 512, 4096, 1U << 20U);
  const auto bytes = read_all(source::tar_stream(entries, 1'700'000'000), piece);
  REQUIRE(bytes);
  folder.write("all.tar", *bytes);
  REQUIRE(std::system(("tar -xf " + (folder.path / "all.tar").string() + " -C " + folder.path.string()).c_str()) == 0);
  const fs::path out = folder.path / "out";
  CHECK(read_file(out / "small") == "hello");
  CHECK((fs::status(out / "small").permissions() & fs::perms::owner_exec) != fs::perms::none);
  CHECK(read_file(out / "block") == std::string(512, 'x'));
  CHECK(read_file(out / "empty").empty());
  CHECK(read_file(out / long_name) == "abc");
  CHECK(fs::read_symlink(out / "link") == "small");
  CHECK(fs::is_directory(out / "folder"));
}

TEST_CASE("a file that changed its size since it was listed is an error that names it") {
  const Folder folder;
  const auto stream = source::tar_stream({{"f", source::TarEntry::Type::file, 4, folder.write("f", "hello")}}, 0);
  const auto bytes = read_all(stream, 4096);
  REQUIRE_FALSE(bytes);
  CHECK(bytes.error().message.find("f has 5 bytes, it had 4") != std::string::npos);
}
