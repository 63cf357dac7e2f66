// Files into containers and out of them, with a real engine.
#include "tests/container/engine/bench.hpp"

#include "orchestrator/engine/tar_reader.hpp"

#include <map>

namespace wheelforge::engine {
namespace {

Result<std::map<std::string, std::string>> files_at(Container& container, const std::string& path) {
  std::map<std::string, std::string> files;
  std::string current;
  TarReader reader({[&](const TarFile& file) -> Result<void> {
                      current = file.path;
                      files[current];
                      return {};
                    },
                    [&](std::string_view bytes) -> Result<void> {
                      files[current] += bytes;
                      return {};
                    },
                    []() -> Result<void> { return {}; }},
                   1U << 30U);
  WF_TRY_VOID(container.copy_out(path, [&](std::string_view bytes) { return reader.feed(bytes); }, {}));
  WF_TRY_VOID(reader.finish());
  return files;
}

} // namespace

TEST_CASE("a file written into a container is read back from it, whatever its size and bytes") {
  Container container = start(spec_for("files"));
  const std::string big(5'000'001, '\0');
  for (const std::string& bytes : {std::string(), std::string("a\0b\377", 4), big}) {
    REQUIRE(container.write_file("/new/folder/file.bin", bytes, {}));
    CHECK(run(container, "stat -c '%s %u:%g' /new/folder/file.bin").out == fmt::format("{} 0:0\n", bytes.size()));
    const auto read = container.read_file("/new/folder/file.bin", {});
    REQUIRE(read);
    CHECK((*read == bytes));
  }
}

TEST_CASE("a folder comes out with all its files") {
  Container container = start(spec_for("files"));
  REQUIRE(run(container, "mkdir -p /out/sub && echo 1 > /out/a.whl && echo 2 > /out/sub/b").ok());
  const auto files = files_at(container, "/out");
  REQUIRE(files);
  CHECK(*files == std::map<std::string, std::string>{{"out/a.whl", "1\n"}, {"out/sub/b", "2\n"}});
}

TEST_CASE("a link that a container planted is refused") {
  Container container = start(spec_for("files"));
  REQUIRE(run(container, "mkdir /out && ln -s /etc/shadow /out/x.whl").ok());
  const auto files = files_at(container, "/out");
  REQUIRE_FALSE(files);
  CHECK(files.error().kind == ErrorKind::invalid_data);
  CHECK(files.error().message.find("x.whl is a symbolic link") != std::string::npos);
}

TEST_CASE("what is not there is not_found") {
  Container container = start(spec_for("files"));
  const auto read = container.read_file("/no/such/file", {});
  REQUIRE_FALSE(read);
  CHECK(read.error().kind == ErrorKind::not_found);
}

TEST_CASE("a copy into a container that fails half-way says why") {
  Container container = start(spec_for("files"));
  int calls = 0;
  const auto copied = container.copy_in("/",
                                        [&calls](std::span<char> buffer) -> Result<std::size_t> {
                                          if (++calls > 3) {
                                            return fail("a.txt shrank while it was read");
                                          }
                                          std::fill(buffer.begin(), buffer.end(), '\0');
                                          return buffer.size();
                                        },
                                        {});
  REQUIRE_FALSE(copied);
  CHECK(copied.error().message.find("a.txt shrank") != std::string::npos);
  CHECK(run(container, "true").ok());
}

} // namespace wheelforge::engine
