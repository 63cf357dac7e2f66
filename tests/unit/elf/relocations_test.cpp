// Relocations: counts by type and kind, the symbols they use, RELR, and writes where nothing may be written.
#include "orchestrator/elf/elf_file.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/elf_builder.hpp"

#include <algorithm>

using namespace wheelforge;
using namespace wheelforge::elf;
using support::build_elf;
using support::ElfSpec;

namespace {

ElfFile parsed(const ElfSpec& spec) {
  auto file = ElfFile::parse(build_elf(spec).bytes);
  INFO((file ? "" : file.error().message));
  REQUIRE(file);
  return std::move(*file);
}

/// Where the builder puts the writable data.
std::uint64_t data_address(const ElfSpec& spec) { return build_elf(spec).address.at("data"); }

ElfSpec x86_spec() {
  ElfSpec spec;
  spec.symbols = {{"f", 0, 0, 2, 1, 0, 0, 1},
                  {"g", 0, 0, 2, 1, 0, 0, 1},
                  {"v", 0, 8, 1, 1, 0, 0, 1},
                  {"t", 0, 8, 6, 1, 0, 0, 1},
                  {"unused", 0, 0, 2, 1, 0, 0, 1}};
  return spec;
}

} // namespace

TEST_CASE("relocations are counted by type and by kind, and mark their symbols") {
  ElfSpec spec = x86_spec();
  spec.relocations.resize(6); // the tables stand in front of the data and move it
  spec.plt_relocations.resize(2);
  const std::uint64_t data = data_address(spec);
  spec.relocations = {{8, "", data},  {8, "", data + 8}, {6, "g", data},
                      {5, "v", data}, {18, "t", data},   {37, "", data}};
  spec.plt_relocations = {{7, "f", data}, {7, "g", data}};
  const ElfFile file = parsed(spec);
  const RelocationSummary& summary = file.relocations();
  CHECK(summary.total == 8);
  CHECK(summary.by_type == std::vector<RelocationCount>{{5, 1}, {6, 1}, {7, 2}, {8, 2}, {18, 1}, {37, 1}});
  CHECK(summary.count(RelocationKind::relative) == 2);
  CHECK(summary.count(RelocationKind::jump_slot) == 2);
  CHECK(summary.count(RelocationKind::copy) == 1);
  CHECK(summary.count(RelocationKind::tls_static) == 1);
  CHECK(summary.count(RelocationKind::irelative) == 1);
  CHECK(summary.in_read_only_segments == 0);
  const auto uses = [&](std::string_view name) {
    return std::find_if(file.symbols().begin(), file.symbols().end(),
                        [name](const Symbol& s) { return s.name == name; })
        ->uses;
  };
  CHECK(uses("f") == kUsedByJumpSlot);
  CHECK(uses("g") == (kUsedByJumpSlot | kUsedByAddress));
  CHECK(uses("v") == kUsedByCopy);
  CHECK(uses("t") == kUsedByTls);
  CHECK(uses("unused") == 0);
}

TEST_CASE("32-bit files with REL entries are counted too") {
  ElfSpec spec = x86_spec();
  spec.is_64 = false;
  spec.machine = kMachine386;
  spec.has_addends = false;
  spec.relocations = {{8, "", 0}, {1, "f", 0}};
  spec.plt_relocations = {{7, "f", 0}};
  const ElfFile file = parsed(spec);
  CHECK(file.relocations().count(RelocationKind::symbolic) == 1);
  CHECK(file.relocations().count(RelocationKind::jump_slot) == 1);
}

TEST_CASE("a PLT table inside DT_RELA counts once") {
  ElfSpec spec = x86_spec();
  spec.relocations = {{8, "", 0}};
  spec.plt_relocations = {{7, "f", 0}};
  auto built = build_elf(spec);
  // The builder puts .rela and .rela.plt next to each other: stretch the first over the second.
  support::patch(built.bytes, built.dynamic_value(dt::kRelaSize), 48, 8);
  const auto file = ElfFile::parse(built.bytes);
  REQUIRE(file);
  CHECK(file->relocations().total == 2);
}

TEST_CASE("RELR words stand for as many relocations as they have bits") {
  ElfSpec spec;
  spec.relr.resize(3);
  const std::uint64_t data = data_address(spec);
  spec.relr = {data, 0x0b, 0x03}; // one address; then words 0 and 2 of the next 63, then word 0 of those behind
  const ElfFile file = parsed(spec);
  CHECK(file.relocations().has_relr);
  CHECK(file.relocations().relr_words == 3);
  CHECK(file.relocations().relr_relocations == 4);
  CHECK(file.relocations().total == 0);
}

TEST_CASE("relocations that write into read-only segments are counted") {
  ElfSpec spec = x86_spec();
  spec.relocations.resize(3);
  spec.relr = {0x300};
  spec.relocations = {{8, "", 0x300}, {8, "", data_address(spec)}, {0, "", 0x300}};
  CHECK(parsed(spec).relocations().in_read_only_segments == 2);
}

TEST_CASE("relocations of symbols that do not exist are an anomaly") {
  ElfSpec spec = x86_spec();
  spec.relocations = {{6, "f", 0}};
  auto built = build_elf(spec);
  support::patch(built.bytes, built.offset.at("rela") + 12, 0xfffffff0, 4);
  const auto file = ElfFile::parse(built.bytes);
  REQUIRE(file);
  REQUIRE(file->anomalies().size() == 1);
  CHECK(file->anomalies()[0].kind == ElfAnomalyKind::relocations);
}

TEST_CASE("ten thousand kinds of nonsense take no more than sixty-five counters") {
  ElfSpec spec = x86_spec();
  for (std::uint32_t type = 0; type < 10000; ++type) {
    spec.relocations.push_back({5000 + type, "f", 0});
  }
  const ElfFile file = parsed(spec);
  CHECK(file.relocations().total == 10000);
  CHECK(file.relocations().by_type.size() == 65);
}

TEST_CASE("each architecture names its own types") {
  const auto [machine, type, kind] = GENERATE(table<std::uint16_t, std::uint32_t, RelocationKind>({
      {kMachineX86_64, 7, RelocationKind::jump_slot},
      {kMachine386, 35, RelocationKind::tls_module},
      {kMachineAarch64, 1027, RelocationKind::relative},
      {kMachineArm, 20, RelocationKind::copy},
      {kMachinePpc64, 73, RelocationKind::tls_static},
      {kMachineS390, 61, RelocationKind::irelative},
      {kMachineRiscv, 3, RelocationKind::relative},
      {kMachineLoongarch, 14, RelocationKind::tls_descriptor},
      {8, 3, RelocationKind::other}, // MIPS
  }));
  CHECK(relocation_kind(machine, type) == kind);
  CHECK(to_string(RelocationKind::jump_slot) == "jump-slot");
}
