// Tar streams from containers: what is good is read whole, in pieces of any size; what is bad is refused.
#include "orchestrator/engine/tar_member.hpp"
#include "orchestrator/engine/tar_path.hpp"
#include "orchestrator/engine/tar_reader.hpp"
#include "tests/support/catch.hpp"

#include <array>
#include <cstdio>
#include <filesystem>
#include <map>

using namespace wheelforge;
using namespace wheelforge::engine;

namespace {

struct Read {
  Result<void> result;
  std::map<std::string, std::string> files;
};

Read read(std::string_view tar, std::size_t piece = 1U << 20U, std::uint64_t limit = 1U << 30U) {
  Read read;
  std::string path;
  TarReader reader({[&](const TarFile& file) -> Result<void> {
                      path = file.path + (file.executable ? "*" : "");
                      read.files[path];
                      return {};
                    },
                    [&](std::string_view bytes) -> Result<void> {
                      read.files[path] += bytes;
                      return {};
                    },
                    []() -> Result<void> { return {}; }},
                   limit);
  for (std::size_t begin = 0; begin < tar.size() && read.result; begin += piece) {
    read.result = reader.feed(tar.substr(begin, piece));
  }
  if (read.result) {
    read.result = reader.finish();
  }
  return read;
}

/// What a real tar writes for a folder that a script fills.
std::string real_tar(const std::string& script, const std::string& options) {
  const std::string command =
      "d=$(mktemp -d) && cd $d && (" + script + ") && tar -c " + options + " -f - * && rm -rf $d";
  std::string bytes;
  FILE* pipe = ::popen(command.c_str(), "r");
  std::array<char, 65536> buffer{};
  for (std::size_t count = 0; (count = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
    bytes.append(buffer.data(), count);
  }
  CHECK(::pclose(pipe) == 0);
  return bytes;
}

std::string with_name(std::string tar, const std::string& name, char type = '0') {
  tar.replace(0, 100, name + std::string(100 - name.size(), '\0'));
  tar[156] = type;
  tar.replace(148, 8, "        ");
  unsigned sum = 0;
  for (std::size_t i = 0; i < 512; ++i) {
    sum += static_cast<unsigned char>(tar[i]);
  }
  return tar.replace(148, 7, fmt::format("{:06o}", sum) + std::string(1, '\0'));
}

} // namespace

TEST_CASE("every dialect of a real tar is read, whatever the pieces") {
  const std::string options = GENERATE("--format=gnu", "--format=ustar", "--format=pax");
  const auto piece = static_cast<std::size_t>(GENERATE(1, 7, 512, 1000000));
  const std::string name = std::string(60, 'n') + "/" + std::string(70, 'm');
  const std::string tar = real_tar("mkdir -p out/" + name.substr(0, 60) + " && printf abc > out/" + name +
                                       " && printf x > out/run && chmod 755 out/run && : > out/empty",
                                   options);
  const Read got = read(tar, piece);
  REQUIRE(got.result);
  CHECK(got.files == std::map<std::string, std::string>{{"out/" + name, "abc"}, {"out/run*", "x"}, {"out/empty", ""}});
}

TEST_CASE("a name above 256 bytes is read in the dialects that have one") {
  const std::string options = GENERATE("--format=gnu", "--format=pax");
  const std::string name = std::string(200, 'n') + "/" + std::string(200, 'm');
  const Read got = read(real_tar("mkdir " + name.substr(0, 200) + " && printf abc > " + name, options), 100);
  REQUIRE(got.result);
  CHECK(got.files == std::map<std::string, std::string>{{name, "abc"}});
}

TEST_CASE("links, devices and fifos are refused") {
  for (const char* script : {"ln -s /etc/passwd link", "printf x > a && ln a b", "mkfifo fifo"}) {
    const Read got = read(real_tar(script, ""));
    REQUIRE_FALSE(got.result);
    CHECK(got.result.error().kind == ErrorKind::invalid_data);
    CHECK(got.result.error().message.find("wanted a regular file") != std::string::npos);
  }
}

TEST_CASE("names that lead out of the folder are refused") {
  const std::string tar = tar_of_one_file("good", "abc").value();
  CHECK(read(with_name(tar, "./good")).files.contains("good"));
  for (const char* name : {"/etc/passwd", "../x", "a/../../x", "a//b", "..", "a\nb"}) {
    INFO(name);
    const Read got = read(with_name(tar, name));
    REQUIRE_FALSE(got.result);
    CHECK(got.files.empty());
  }
}

TEST_CASE("a sum of sizes above the limit is refused before the bytes come") {
  const std::string tar = tar_of_one_file("big", std::string(1001, 'x')).value();
  CHECK(read(tar, 512, 1001).result);
  const Read got = read(tar, 512, 1000);
  REQUIRE_FALSE(got.result);
  CHECK(got.result.error().message == "tar: big brings the sum above 1000 bytes");
  CHECK(got.files.empty());
}

TEST_CASE("a stream that ends early, at whatever byte, is refused") {
  const std::string tar = tar_of_one_file(std::string(120, 'n'), std::string(600, 'x')).value();
  const std::size_t end_of_member = tar.size() - 1024;
  for (std::size_t size = 1; size < end_of_member; size += 13) {
    INFO(size);
    const bool at_a_header = size % 512 == 0 && (size == 1024);
    CHECK(static_cast<bool>(read(tar.substr(0, size)).result) == at_a_header);
  }
  CHECK(read(tar.substr(0, end_of_member)).result); // without the closing zeros, as some writers leave it
}

TEST_CASE("a damaged header is refused, whichever byte it is") {
  const std::string tar = tar_of_one_file("good", "abc").value();
  for (std::size_t byte = 0; byte < 512; byte += 3) {
    std::string damaged = tar;
    damaged[byte] = static_cast<char>(damaged[byte] ^ 0x55);
    INFO(byte);
    CHECK_FALSE(read(damaged).result);
  }
}

TEST_CASE("the archive of one file is what was put in, with names of any length") {
  const std::string name = GENERATE(std::string("a"), std::string("deep/er/x"), std::string(100, 'n'),
                                    std::string(101, 'n'), std::string(300, 'n'));
  const std::string bytes(GENERATE(0, 1, 511, 512, 513), 'x');
  const Read got = read(tar_of_one_file(name, bytes).value());
  REQUIRE(got.result);
  CHECK(got.files == std::map<std::string, std::string>{{name, bytes}});
}

TEST_CASE("no archive is made for a path that leads elsewhere") {
  for (const char* path : {"", "/a", "../a", "a/./b", "a/"}) {
    CHECK_FALSE(tar_of_one_file(path, "x"));
    CHECK_FALSE(is_safe_tar_path(path));
  }
}

TEST_CASE("a visitor's refusal is the reader's error") {
  TarReader reader({[](const TarFile&) -> Result<void> { return fail("no thanks"); }, {}, {}}, 100);
  CHECK(reader.feed(tar_of_one_file("a", "x").value()).error().message == "no thanks");
}
