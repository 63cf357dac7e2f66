// Reading from a stream: the same facts as from the whole file, however it comes, with little memory.
#include "orchestrator/elf/range_collector.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/elf_builder.hpp"

#include <algorithm>

using namespace wheelforge;
using namespace wheelforge::elf;
using support::build_elf;
using support::BuiltElf;
using support::Bytes;
using support::ElfSpec;

namespace {

ElfSpec library(bool tables_behind, std::uint64_t text_bytes) {
  ElfSpec spec;
  spec.tables_behind_dynamic = tables_behind;
  spec.text_bytes = text_bytes;
  spec.needed = {"libc.so.6"};
  spec.needs = {{"libc.so.6", {{"GLIBC_2.17", 0, 2}}}};
  spec.symbols = {{"f", 0, 0, 2, 1, 0, 0, 2}, {"g", 8, 8, 2, 1, 0, 7, 1}};
  spec.relocations = {{6, "f", 0}};
  spec.notes = {{"GNU", 3, Bytes(20)}};
  spec.interpreter = "/lib/ld.so";
  spec.comments = {"GCC"};
  spec.debug_bytes = 300'000;
  return spec;
}

/// Feeds the file in pieces as often as it is wanted.
Result<ElfFile> collect(const Bytes& bytes, RangeCollector& collector, std::size_t piece_size) {
  do {
    for (std::size_t at = 0; at < bytes.size(); at += piece_size) {
      const auto piece = std::span(bytes).subspan(at, std::min(piece_size, bytes.size() - at));
      if (collector.feed(piece) == RangeCollector::Progress::enough) {
        break;
      }
    }
  } while (collector.next_pass());
  return collector.finish();
}

void check_same(const ElfFile& streamed, const ElfFile& whole) {
  CHECK(streamed.symbols() == whole.symbols());
  CHECK(streamed.version_needs() == whole.version_needs());
  CHECK(streamed.dynamic().entries == whole.dynamic().entries);
  CHECK(streamed.dynamic().needed == whole.dynamic().needed);
  CHECK(streamed.relocations() == whole.relocations());
  CHECK(streamed.notes() == whole.notes());
  CHECK(streamed.interpreter() == whole.interpreter());
  CHECK(streamed.unloaded_tail() == whole.unloaded_tail());
}

} // namespace

TEST_CASE("a stream gives the facts of the whole file, in pieces of any size") {
  const bool behind = GENERATE(false, true);
  const std::size_t piece_size = GENERATE(1U, 7U, 4096U, 1'000'000U);
  const std::uint64_t front_limit = GENERATE(std::uint64_t{64}, RangeCollector::kFrontLimit);
  const WantSections sections = GENERATE(WantSections::no, WantSections::yes);
  const BuiltElf built = build_elf(library(behind, 20'000));
  const auto whole = ElfFile::parse(built.bytes);
  REQUIRE(whole);
  RangeCollector collector(built.bytes.size(), sections, front_limit);
  const auto streamed = collect(built.bytes, collector, piece_size);
  INFO((streamed ? "" : streamed.error().message));
  REQUIRE(streamed);
  check_same(*streamed, *whole);
  CHECK(streamed->sections().state == (sections == WantSections::yes ? SectionState::read : SectionState::not_read));
  if (sections == WantSections::yes) {
    CHECK(streamed->sections() == whole->sections());
    CHECK(streamed->anomalies() == whole->anomalies());
  }
}

TEST_CASE("without sections the stream stops in front of debug information") {
  const BuiltElf built = build_elf(library(false, 20'000));
  RangeCollector collector(built.bytes.size());
  REQUIRE(collect(built.bytes, collector, 1000));
  CHECK(collector.position() < built.offset.at("dynamic") + 2000);
  CHECK(collector.passes() == 1);
}

TEST_CASE("a second pass is made only when a table was let go") {
  const BuiltElf built = build_elf(library(false, 100'000));
  RangeCollector wide(built.bytes.size());
  REQUIRE(collect(built.bytes, wide, 1000));
  CHECK(wide.passes() == 1);
  RangeCollector narrow(built.bytes.size(), WantSections::no, 64);
  REQUIRE(collect(built.bytes, narrow, 1000));
  // Here even the narrow one keeps its first 4096 bytes, and the tables are in them.
  CHECK(narrow.passes() == 1);
  ElfSpec big = library(false, 100'000);
  big.soname = std::string(20'000, 's'); // moves the symbol versions behind the first 4096 bytes
  const BuiltElf far = build_elf(big);
  RangeCollector second(far.bytes.size(), WantSections::no, 64);
  REQUIRE(collect(far.bytes, second, 1000));
  CHECK(second.passes() > 1);
}

TEST_CASE("only the front and the tables are held") {
  const BuiltElf built = build_elf(library(true, 5'000'000));
  RangeCollector collector(built.bytes.size(), WantSections::no, 8192);
  REQUIRE(collect(built.bytes, collector, 65536));
  CHECK(collector.held_bytes() < 20'000);
}

TEST_CASE("a stream that ends early is an error, as is a broken file") {
  const BuiltElf built = build_elf(library(false, 20'000));
  for (std::size_t size = 0; size < built.offset.at("dynamic"); size += 97) {
    RangeCollector collector(built.bytes.size());
    const Bytes cut(built.bytes.begin(), built.bytes.begin() + static_cast<std::ptrdiff_t>(size));
    const auto streamed = collect(cut, collector, 64);
    REQUIRE_FALSE(streamed);
    CHECK(streamed.error().kind == ErrorKind::invalid_data);
  }
  Bytes broken = built.bytes;
  support::patch(broken, built.dynamic_value(dt::kSymtab), 0x7000000, 8);
  RangeCollector collector(broken.size());
  const auto streamed = collect(broken, collector, 1000);
  REQUIRE_FALSE(streamed);
  CHECK(streamed.error().message == ElfFile::parse(broken).error().message);
}

TEST_CASE("a changed byte gives the same answer from a stream as from the whole file") {
  const BuiltElf built = build_elf(library(GENERATE(false, true), 64));
  const std::size_t loaded = built.bytes.size() - 300'000;
  for (std::size_t at = 0; at < std::min<std::size_t>(loaded, 1500); ++at) {
    Bytes bytes = built.bytes;
    bytes[at] ^= std::byte{0xff};
    const auto whole = ElfFile::parse(bytes);
    RangeCollector collector(bytes.size(), WantSections::yes, 64);
    const auto streamed = collect(bytes, collector, 1000);
    INFO(at);
    CHECK(whole.has_value() == streamed.has_value());
    if (whole && streamed) {
      check_same(*streamed, *whole);
    }
  }
}

TEST_CASE("a file that claims tables without end does not make the collector hold them") {
  BuiltElf built = build_elf(library(false, 64));
  constexpr std::uint64_t kClaimed = std::uint64_t{4} << 30U;
  // One PT_LOAD over 4 GiB, with a string table nearly as long: the stream says so, and zeros follow.
  support::patch(built.bytes, built.offset.at("program_headers") + 32, kClaimed, 8);
  support::patch(built.bytes, built.offset.at("program_headers") + 40, kClaimed, 8);
  support::patch(built.bytes, built.dynamic_value(dt::kStrSize), kClaimed - 65536, 8);
  RangeCollector collector(kClaimed);
  static_cast<void>(collector.feed(built.bytes));
  const Bytes zeros(1U << 20U);
  for (int i = 0; i < 100 && collector.feed(zeros) == RangeCollector::Progress::more; ++i) {
  }
  CHECK(collector.held_bytes() <= (std::uint64_t{256} << 20U));
  CHECK_FALSE(collector.finish());
}

TEST_CASE("the section headers can still be asked for while the file streams by") {
  const BuiltElf built = build_elf(library(false, 100'000));
  const std::size_t piece_size = GENERATE(7U, 4096U);
  RangeCollector collector(built.bytes.size());
  for (std::size_t at = 0; at < built.bytes.size(); at += piece_size) {
    if (at >= 2 * piece_size) {
      collector.want_sections();
    }
    if (collector.feed(std::span(built.bytes).subspan(at, std::min(piece_size, built.bytes.size() - at))) ==
        RangeCollector::Progress::enough) {
      break;
    }
  }
  CHECK_FALSE(collector.next_pass());
  const auto file = collector.finish();
  REQUIRE(file);
  const auto whole = ElfFile::parse(built.bytes);
  REQUIRE(whole);
  CHECK(file->sections() == whole->sections());
  check_same(*file, *whole);
}
