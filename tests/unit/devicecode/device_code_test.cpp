// Device code: the sections that nvcc's and clang's fat binaries and bundles are made of.
#include "orchestrator/devicecode/device_code.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>

using namespace wheelforge::devicecode;

namespace {

/// Sections that clang 19 (CUDA 12.8, sm_80 and sm_90) and clang 15 (HIP, gfx90a and gfx1030) made, and two bundles
/// that clang-offload-bundler 19 compressed, the second one 512 bytes behind the first.
std::string section(const std::string& name) {
  std::ifstream file(WF_SOURCE_DIR "/tests/fuzz/seeds/toolchain/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::span<const std::byte> bytes_of(const std::string& text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

} // namespace

TEST_CASE("a fat binary's objects are listed by target, machine code and PTX apart") {
  const auto found = read_section(SectionKind::nv_fatbin, bytes_of(section("nv_fatbin")));
  REQUIRE(found.targets.size() == 4);
  for (const char* target : {"sm_80", "sm_90", "compute_80", "compute_90"}) {
    CHECK(found.targets.at(target).objects == 1);
  }
  CHECK(found.oddities.empty());
}

TEST_CASE("a bundle's entries are listed by device, the host's left out") {
  const auto found = read_section(SectionKind::hip_fatbin, bytes_of(section("hip_fatbin")));
  REQUIRE(found.targets.size() == 2);
  CHECK(found.targets.count("gfx90a") == 1);
  CHECK(found.targets.count("gfx1030") == 1);
}

TEST_CASE("compressed bundles are counted, whatever their length, and nothing is said of their targets") {
  const std::string text = section("hip_fatbin_compressed");
  const std::uint64_t one = text.size() - 512;
  REQUIRE(one % 8 != 0); // so that the next one does not begin where this one ends
  const auto found = read_section(SectionKind::hip_fatbin, bytes_of(text));
  CHECK(found.targets.empty());
  CHECK(found.has_code());
  CHECK(found.compressed == TargetCode{2, 2 * one});
  CHECK(found.oddities.empty());
  DeviceInventory both = found;
  both.merge(found);
  CHECK(both.compressed == TargetCode{4, 4 * one});
}

TEST_CASE("a compressed bundle has its size in its header from version 2 on, in eight bytes from version 3 on") {
  struct Row {
    char version;
    std::string size;
    std::uint64_t bytes;
  };
  const auto row = GENERATE(Row{1, "", 0}, Row{2, std::string("\x40\0\0\0", 4), 64},
                            Row{3, std::string("\x40\0\0\0\0\0\0\0", 8), 64}, Row{4, "", 0});
  std::string text = "CCOB" + std::string{row.version, 0, 1, 0} + row.size;
  text.resize(64, 'x');
  const auto found = read_section(SectionKind::hip_fatbin, bytes_of(text));
  CHECK(found.compressed == TargetCode{1, row.bytes});
  CHECK(found.oddities.empty());
}

TEST_CASE("a section in small pieces gives what it gives as a whole") {
  for (const auto& [kind, name] : {std::pair(SectionKind::nv_fatbin, "nv_fatbin"),
                                   {SectionKind::hip_fatbin, "hip_fatbin"},
                                   {SectionKind::hip_fatbin, "hip_fatbin_compressed"}}) {
    const std::string text = section(name);
    for (const std::size_t step : {1U, 7U, 64U, 1000U}) {
      SectionReader reader(kind);
      for (std::size_t at = 0; at < text.size(); at += step) {
        reader.feed(bytes_of(text).subspan(at, std::min(step, text.size() - at)));
      }
      CHECK(reader.finish() == read_section(kind, bytes_of(text)));
    }
  }
}

TEST_CASE("a fat binary that is cut off says so") {
  const std::string text = section("nv_fatbin").substr(0, 3000);
  CHECK_FALSE(read_section(SectionKind::nv_fatbin, bytes_of(text)).oddities.empty());
}

TEST_CASE("a whole file is read as its sections are: objects that stand apart are runs of their own") {
  const std::string nv = section("nv_fatbin");
  const std::string hip = section("hip_fatbin");
  std::string file(64'000, '\x7f');
  const std::uint64_t first = file.size();
  file += nv;
  file.resize((file.size() + 99'999) / 8 * 8, '\x55');
  const std::uint64_t second = file.size();
  file += hip + std::string(70'001, '\0');
  const std::size_t step = GENERATE(3U, 64U, 65'536U, 10'000'000U);
  SectionReader reader(SectionKind::any);
  for (std::size_t at = 0; at < file.size(); at += step) {
    reader.feed(bytes_of(file).subspan(at, std::min(step, file.size() - at)));
    CHECK(reader.taken() == std::min(at + step, file.size()));
  }
  reader.finish_runs();
  REQUIRE(reader.runs().size() == 2);
  CHECK(reader.runs()[0].begin == first);
  CHECK(reader.runs()[0].end <= first + nv.size());
  CHECK(reader.runs()[0].found == read_section(SectionKind::nv_fatbin, bytes_of(nv)));
  CHECK(reader.runs()[1].begin == second);
  CHECK(reader.runs()[1].found == read_section(SectionKind::hip_fatbin, bytes_of(hip)));
}
