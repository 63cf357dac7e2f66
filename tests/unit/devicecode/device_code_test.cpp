// Device code: the sections that nvcc's and clang's fat binaries and bundles are made of.
#include "orchestrator/devicecode/device_code.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>

using namespace wheelforge::devicecode;

namespace {

/// Sections that clang 19 (CUDA 12.8, sm_80 and sm_90) and clang 15 (HIP, gfx90a and gfx1030) made.
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

TEST_CASE("a section in small pieces gives what it gives as a whole") {
  for (const auto& [kind, name] :
       {std::pair(SectionKind::nv_fatbin, "nv_fatbin"), {SectionKind::hip_fatbin, "hip_fatbin"}}) {
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
