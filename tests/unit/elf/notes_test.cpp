// Notes: build ids, ABI tags, GNU properties, package metadata, and notes that lie.
#include "orchestrator/elf/elf_file.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/elf_builder.hpp"

using namespace wheelforge;
using namespace wheelforge::elf;
using support::build_elf;
using support::Bytes;
using support::ByteWriter;
using support::ElfSpec;

namespace {

Bytes words(const std::vector<std::uint32_t>& values, std::endian order = std::endian::little) {
  ByteWriter out(order);
  for (const std::uint32_t value : values) {
    out.u32(value);
  }
  return out.bytes();
}

Notes notes_of(const ElfSpec& spec) {
  const auto file = ElfFile::parse(build_elf(spec).bytes);
  REQUIRE(file);
  return file->notes();
}

} // namespace

TEST_CASE("build id, ABI tag and package metadata are read") {
  ElfSpec spec;
  const std::string json = R"({"type":"rpm","name":"zlib"})";
  const auto text = support::bytes_of(json);
  spec.notes = {{"GNU", 3, words({0x67452301, 0xefcdab89})},
                {"GNU", 1, words({0, 3, 2, 0})},
                {"FDO", 0xcafe1a7e, Bytes(text.begin(), text.end())},
                {"Go", 4, {}}};
  const Notes notes = notes_of(spec);
  CHECK(notes.build_id == "0123456789abcdef");
  CHECK(notes.abi_tag == AbiTag{0, 3, 2, 0});
  CHECK(notes.package_metadata == json);
  REQUIRE(notes.all.size() == 4);
  CHECK(notes.all[3] == Note{"Go", 4, 0});
}

TEST_CASE("x86 properties are read in notes aligned to 8 bytes") {
  ElfSpec spec;
  spec.note_alignment = 8;
  spec.notes = {{"GNU", 5, words({0xc0000002, 4,          3, 0, 0xc0008002, 4, 5, 0, 0xc0010002, 4,        7,
                                  0,          0xb0008000, 4, 1, 0,          2, 0, 1, 8,          0x100000, 0})}};
  const GnuProperties properties = notes_of(spec).properties;
  CHECK(properties.x86_features == (kX86FeatureIbt | kX86FeatureShstk));
  CHECK(properties.x86_isa_needed == (kX86IsaBaseline | kX86IsaV3));
  CHECK(properties.x86_isa_used == 7U);
  CHECK(properties.needed == 1U);
  CHECK(properties.no_copy_on_protected);
  CHECK(properties.stack_size == 0x100000U);
  CHECK_FALSE(properties.aarch64_features);
}

TEST_CASE("one property number means BTI and PAC on aarch64 and nothing elsewhere") {
  ElfSpec spec;
  spec.machine = kMachineAarch64;
  spec.note_alignment = 8;
  spec.notes = {{"GNU", 5, words({0xc0000000, 4, 3, 0})}};
  CHECK(notes_of(spec).properties.aarch64_features == (kAarch64FeatureBti | kAarch64FeaturePac));
  spec.machine = kMachineX86_64;
  CHECK(notes_of(spec).properties == GnuProperties{});
}

TEST_CASE("big-endian notes are read in their byte order") {
  ElfSpec spec;
  spec.order = std::endian::big;
  spec.machine = kMachineS390;
  spec.notes = {{"GNU", 1, words({0, 3, 2, 5}, std::endian::big)}};
  CHECK(notes_of(spec).abi_tag == AbiTag{0, 3, 2, 5});
}

TEST_CASE("a note that does not fit its segment is an anomaly, and what stands before it is kept") {
  ElfSpec spec;
  spec.notes = {{"GNU", 3, words({1})}, {"GNU", 1, words({0, 3, 2, 0})}};
  auto built = build_elf(spec);
  const std::uint64_t second = built.offset.at("notes") + 20;
  support::patch(built.bytes, second + GENERATE(0U, 4U), 0xffffffff, 4);
  const auto file = ElfFile::parse(built.bytes);
  REQUIRE(file);
  CHECK(file->notes().build_id == "01000000");
  CHECK_FALSE(file->notes().abi_tag);
  REQUIRE(file->anomalies().size() == 1);
  CHECK(file->anomalies()[0].kind == ElfAnomalyKind::notes);
}

TEST_CASE("no more notes are kept than a report can hold") {
  ElfSpec spec;
  spec.notes.assign(5000, {"X", 1, {}});
  CHECK(notes_of(spec).all.size() == kMaxNotes);
}
