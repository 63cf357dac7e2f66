// Device code found in a file's bytes, and told apart by its sections.
#include "orchestrator/audit/device_search.hpp"
#include "tests/support/catch.hpp"

#include <fstream>
#include <iterator>
#include <string>

using namespace wheelforge;
using namespace wheelforge::audit;

namespace {

constexpr std::uint64_t kBefore = 40'000;
constexpr std::uint64_t kBehind = 20'000;

/// A section that clang 19 made for sm_80 and sm_90.
std::string device_section() {
  std::ifstream file(WF_SOURCE_DIR "/tests/fuzz/seeds/toolchain/nv_fatbin", std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

elf::Section section(std::string name, std::uint64_t offset, std::uint64_t size) {
  elf::Section section;
  section.name = std::move(name);
  section.type = 1;
  section.offset = offset;
  section.size = size;
  return section;
}

std::span<const std::byte> bytes_of(const std::string& text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

} // namespace

TEST_CASE("device code counts where it stands in a section for it") {
  const std::string code = device_section();
  const std::string file = std::string(kBefore, 'x') + code + std::string(kBehind, 'x');
  DeviceSearch search;
  search.feed(bytes_of(file));
  REQUIRE(search.has_found());
  elf::Sections sections;
  const auto in_sections = [&] { return search.in_sections(sections, file.size()); };

  SECTION("all of it") {
    sections.all = {section(".text", 0, kBefore), section(".nv_fatbin", kBefore, code.size())};
    REQUIRE(in_sections());
    CHECK(*in_sections() == devicecode::read_section(devicecode::SectionKind::nv_fatbin, bytes_of(code)));
  }
  SECTION("what stands elsewhere is somebody's data") {
    sections.all = {section(".rodata", 0, file.size())};
    REQUIRE(in_sections());
    CHECK(in_sections()->empty());
  }
  SECTION("a section that ends inside of an object must be read by itself") {
    sections.all = {section(".nv_fatbin", kBefore, code.size() / 2)};
    CHECK_FALSE(in_sections());
  }
  SECTION("and so must one that begins between the words") {
    sections.all = {section(".nv_fatbin", kBefore - 3, code.size() + 3)};
    CHECK_FALSE(in_sections());
  }
}

TEST_CASE("a search that was stopped does not speak of sections behind its end") {
  const std::string code = device_section();
  DeviceSearch search;
  search.feed(bytes_of(code));
  elf::Sections sections;
  sections.all = {section(".nv_fatbin", 0, code.size()), section(".hip_fatbin", kBefore, 8)};
  CHECK_FALSE(search.in_sections(sections, kBefore + 8));
}
