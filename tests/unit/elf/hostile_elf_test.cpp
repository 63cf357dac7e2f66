// ELF files that lie: a clear error or a noted oddity, in bounded time and memory.
#include "orchestrator/elf/elf_file.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/elf_builder.hpp"

#include <chrono>

using namespace wheelforge;
using namespace wheelforge::elf;
using support::build_elf;
using support::BuiltElf;
using support::Bytes;
using support::ElfSpec;

namespace {

ElfSpec versioned_spec() {
  ElfSpec spec;
  spec.needed = {"libc.so.6"};
  spec.soname = "libx.so";
  spec.needs = {{"libc.so.6", {{"GLIBC_2.17", 0, 2}, {"GLIBC_2.34", 0, 3}}}};
  spec.definitions = {{"libx.so", 1, 1, {}}, {"X_1", 4, 0, {}}};
  spec.symbols = {{"f", 0, 0, 2, 1, 0, 0, 2}, {"g", 8, 8, 2, 1, 0, 7, 4}, {"h", 16, 8, 2, 1, 0, 7, 4}};
  spec.relocations = {{6, "f", 0}};
  spec.notes = {{"GNU", 3, Bytes(20)}};
  spec.comments = {"GCC"};
  return spec;
}

std::string error_of(const Bytes& bytes) {
  const auto file = ElfFile::parse(bytes);
  REQUIRE_FALSE(file);
  CHECK(file.error().kind == ErrorKind::invalid_data);
  return file.error().message;
}

bool has_anomaly(const ElfFile& file, ElfAnomalyKind kind) {
  for (const ElfAnomaly& anomaly : file.anomalies()) {
    if (anomaly.kind == kind) {
      return true;
    }
  }
  return false;
}

} // namespace

TEST_CASE("a file cut off at any byte is an error or keeps its loader facts") {
  for (const support::ElfTarget& target :
       {support::elf_targets()[0], support::elf_targets()[1], support::elf_targets()[6]}) {
    ElfSpec spec = versioned_spec();
    spec.is_64 = target.is_64;
    spec.order = target.order;
    spec.machine = target.machine;
    spec.hash = ElfSpec::Hash::both;
    spec.wide_sysv_hash = target.machine == kMachineS390;
    const BuiltElf built = build_elf(spec);
    const auto whole = ElfFile::parse(built.bytes);
    REQUIRE(whole);
    for (std::size_t size = 0; size < built.bytes.size(); ++size) {
      const auto file = ElfFile::parse(std::span(built.bytes).first(size));
      INFO(target.name << " cut to " << size);
      if (file) {
        CHECK(file->symbols() == whole->symbols());
        CHECK(file->version_needs() == whole->version_needs());
        CHECK(file->dynamic().needed == whole->dynamic().needed);
      } else {
        CHECK(file.error().kind == ErrorKind::invalid_data);
        CHECK_FALSE(file.error().message.empty());
      }
    }
  }
}

TEST_CASE("a file with any byte changed is read or refused") {
  const BuiltElf built = build_elf(versioned_spec());
  const auto flip = static_cast<std::byte>(GENERATE(0x01, 0x80, 0xff));
  unsigned read = 0;
  for (std::size_t at = 0; at < built.bytes.size(); ++at) {
    Bytes bytes = built.bytes;
    bytes[at] ^= flip;
    const auto file = ElfFile::parse(bytes);
    read += file ? 1 : 0;
    if (!file) {
      CHECK(file.error().kind == ErrorKind::invalid_data);
    }
  }
  CHECK(read > 0);
}

TEST_CASE("a broken header says what was seen and what is wanted") {
  struct Row {
    std::size_t offset;
    std::uint64_t value;
    unsigned size;
    const char* message;
  };
  const Row row = GENERATE(values<Row>({
      {0, 0, 1, "the file does not begin as an ELF file does"},
      {4, 3, 1, "ELF identification has class 3, data 1 and version 1; 1 or 2, 1 or 2, and 1 are wanted"},
      {5, 0, 1, "ELF identification has class 2, data 0"},
      {54, 57, 2, "e_phentsize = 57, 56 is wanted"},
      {56, 9000, 2, "e_phnum = 9000 needs 504000 bytes at 64, the file has"},
      {32, ~std::uint64_t{0} - 3, 8, "e_phnum = 6 needs 336 bytes at 18446744073709551612"},
  }));
  BuiltElf built = build_elf(versioned_spec());
  support::patch(built.bytes, row.offset, row.value, row.size);
  const std::string message = error_of(built.bytes);
  INFO(message);
  CHECK(message.find(row.message) == 0);
}

TEST_CASE("a table goes on in the next segment where that follows in the file and in memory, and nowhere else") {
  constexpr std::uint64_t kLoad = 1;
  constexpr std::uint64_t kStack = 0x6474e551;
  const bool follows_in_file = GENERATE(true, false);
  const bool follows_in_memory = GENERATE(true, false);
  BuiltElf built = build_elf(versioned_spec());
  const std::size_t symbols = ElfFile::parse(built.bytes).value().symbols().size();
  const auto header_of = [&](std::uint64_t type) {
    std::size_t at = built.offset.at("program_headers");
    while (std::to_integer<std::uint64_t>(built.bytes.at(at)) != (type & 0xffU) ||
           std::to_integer<std::uint64_t>(built.bytes.at(at + 3)) != type >> 24U) {
      at += 56;
    }
    return at;
  };
  const auto word_at = [&](std::size_t at) {
    std::uint64_t value = 0;
    for (unsigned i = 0; i < 8; ++i) {
      value |= std::to_integer<std::uint64_t>(built.bytes.at(at + i)) << 8 * i;
    }
    return value;
  };
  // The first PT_LOAD is cut in the middle of the symbols; what it loses is the PT_LOAD that PT_GNU_STACK becomes.
  const std::size_t first = header_of(kLoad);
  const std::size_t second = header_of(kStack);
  const std::uint64_t cut = built.offset.at("dynsym") + 30 - word_at(first + 8);
  const std::uint64_t lost = word_at(first + 32) - cut;
  support::patch(built.bytes, second, kLoad, 4);
  support::patch(built.bytes, second + 8, word_at(first + 8) + cut + (follows_in_file ? 0 : 8), 8);
  support::patch(built.bytes, second + 16, word_at(first + 16) + cut + (follows_in_memory ? 0 : 8), 8);
  for (const unsigned size : {32U, 40U}) { // in the file and in memory
    support::patch(built.bytes, second + size, lost, 8);
    support::patch(built.bytes, first + size, cut, 8);
  }
  if (follows_in_file && follows_in_memory) {
    const auto file = ElfFile::parse(built.bytes);
    INFO((file ? "" : file.error().message));
    REQUIRE(file);
    CHECK(file->symbols().size() == symbols);
    CHECK(file->dynamic().soname == "libx.so");
  } else {
    CHECK_THAT(error_of(built.bytes), Catch::Matchers::ContainsSubstring("PT_LOAD") ||
                                          Catch::Matchers::ContainsSubstring("does not fit its segment of"));
  }
}

TEST_CASE("dynamic entries that point nowhere name the structure") {
  struct Row {
    std::uint64_t tag;
    std::uint64_t value;
    const char* message;
  };
  const Row row = GENERATE(values<Row>({
      {dt::kStrtab, 0x7fffffff, "DT_STRTAB at address 0x7fffffff is in no PT_LOAD segment"},
      {dt::kStrSize, 0xffffffffffffffff, "DT_STRTAB of 18446744073709551615 bytes"},
      {dt::kStrSize, 1, "DT_NEEDED names string"},
      {dt::kNeeded, 0xffffffff, "DT_NEEDED names string 0xffffffff, the string table has"},
      {dt::kSymtab, 0x4000000, "DT_SYMTAB at address 0x4000000 is in no PT_LOAD segment"},
      {dt::kSymEntry, 16, "DT_SYMENT = 16, 24 is wanted"},
      {dt::kGnuHash, 0x4000000, "DT_GNU_HASH at address"},
      {dt::kVersym, 0x4000000, "DT_VERSYM at address"},
      {dt::kVerneed, 0x4000000, "verneed at address"},
      {dt::kVerdef, 0x4000000, "verdef at address"},
      {dt::kRela, 0x4000000, "relocation table at address"},
      {dt::kRelaSize, 25, "the relocation table has 25 bytes in entries of 24"},
      {dt::kRelaEntry, 0, "the relocation table has 24 bytes in entries of 0; entries of 24 are wanted"},
  }));
  BuiltElf built = build_elf(versioned_spec());
  support::patch(built.bytes, built.dynamic_value(row.tag), row.value, 8);
  const std::string message = error_of(built.bytes);
  INFO(message);
  CHECK(message.find(row.message) == 0);
}

TEST_CASE("tables in a segment that the file does not hold whole are errors") {
  ElfSpec spec = versioned_spec();
  spec.tables_behind_dynamic = true;
  spec.sections = false;
  BuiltElf built = build_elf(spec);
  for (const char* table : {"gnu_hash", "dynsym", "dynstr", "versym", "verneed", "verdef", "rela"}) {
    // Cut off one byte into the table: all that stands before it is still there.
    const auto file = ElfFile::parse(std::span(built.bytes).first(built.offset.at(table) + 1));
    INFO(table);
    REQUIRE_FALSE(file);
    CHECK(file.error().message.find("is not inside the file") != std::string::npos);
  }
}

TEST_CASE("hash tables with absurd sizes are errors") {
  BuiltElf built = build_elf(versioned_spec());
  const auto field = GENERATE(0U, 8U); // number of buckets, words of the filter
  support::patch(built.bytes, built.offset.at("gnu_hash") + field, 0xffffffff, 4);
  CHECK(error_of(built.bytes).find("DT_GNU_HASH buckets") == 0);
}

TEST_CASE("a GNU hash chain without an end stops at the end of its segment") {
  BuiltElf built = build_elf(versioned_spec());
  const std::uint64_t table = built.offset.at("gnu_hash");
  for (std::uint64_t at = table + 24 + 12; at + 4 <= built.offset.at("dynamic"); at += 4) {
    support::patch(built.bytes, at, 2, 4); // even: the chain goes on; also ruins the tables behind, which come later
  }
  CHECK_FALSE(ElfFile::parse(built.bytes));
}

TEST_CASE("DT_HASH may not claim more symbols than fit") {
  ElfSpec spec = versioned_spec();
  spec.hash = ElfSpec::Hash::sysv;
  BuiltElf built = build_elf(spec);
  support::patch(built.bytes, built.offset.at("hash") + 4, 0xffffffff, 4);
  CHECK(error_of(built.bytes).find("4294967295 dynamic symbols need 24 bytes each") == 0);
  support::patch(built.bytes, built.offset.at("hash") + 4, 60, 4);
  CHECK(error_of(built.bytes).find("DT_SYMTAB of 1440 bytes") == 0);
}

TEST_CASE("hash tables that disagree about the number of symbols are an anomaly, and the larger number counts") {
  ElfSpec spec = versioned_spec();
  spec.hash = ElfSpec::Hash::both;
  BuiltElf built = build_elf(spec);
  support::patch(built.bytes, built.offset.at("hash") + 4, 1, 4);
  const auto file = ElfFile::parse(built.bytes);
  REQUIRE(file);
  CHECK(file->symbols().size() == 4);
  CHECK(has_anomaly(*file, ElfAnomalyKind::symbol_count));
}

TEST_CASE("version chains that loop or go on for ever are errors") {
  BuiltElf built = build_elf(versioned_spec());
  const std::uint64_t need = built.offset.at("verneed");
  SECTION("a chain over its own records") {
    // vn_next = 16: the next verneed is read out of this one's entries, whose fields then mislead the walk.
    support::patch(built.bytes, need + 12, 16, 4);
    CHECK_FALSE(ElfFile::parse(built.bytes));
  }
  SECTION("a distance past the end") {
    support::patch(built.bytes, need + 12, 0xffffffff, 4);
    CHECK(error_of(built.bytes).find("verneed at address") == 0);
  }
  SECTION("an entry past the end") {
    support::patch(built.bytes, need + 8, 0xfffffff0, 4);
    CHECK(error_of(built.bytes).find("vernaux at address") == 0);
  }
  SECTION("another revision") {
    support::patch(built.bytes, need, 2, 2);
    CHECK(error_of(built.bytes).find("vn_version 2, 1 is wanted") != std::string::npos);
  }
}

TEST_CASE("wrong version counts, hashes and indexes are anomalies") {
  struct Row {
    const char* table;
    std::uint64_t offset;
    std::uint64_t value;
    unsigned size;
    ElfAnomalyKind kind;
  };
  const Row row = GENERATE(values<Row>({
      {"verneed", 2, 9, 2, ElfAnomalyKind::versions},           // vn_cnt
      {"verneed", 16, 0x1234, 4, ElfAnomalyKind::version_hash}, // vna_hash
      {"verneed", 16 + 6, 3, 2, ElfAnomalyKind::versions},      // vna_other: the other one's
      {"verdef", 8, 0x1234, 4, ElfAnomalyKind::version_hash},   // vd_hash
      {"versym", 2, 77, 2, ElfAnomalyKind::versions},           // the first symbol's
  }));
  BuiltElf built = build_elf(versioned_spec());
  support::patch(built.bytes, built.offset.at(row.table) + row.offset, row.value, row.size);
  const auto file = ElfFile::parse(built.bytes);
  REQUIRE(file);
  CHECK(has_anomaly(*file, row.kind));
}

TEST_CASE("symbol names outside of the string table are an anomaly and read as empty") {
  BuiltElf built = build_elf(versioned_spec());
  support::patch(built.bytes, built.offset.at("dynsym") + 24, 0xffffffff, 4);
  const auto file = ElfFile::parse(built.bytes);
  REQUIRE(file);
  CHECK(file->symbols()[1].name.empty());
  CHECK(has_anomaly(*file, ElfAnomalyKind::symbol_names));
}

TEST_CASE("broken section headers are an anomaly and change no loader fact") {
  struct Row {
    std::size_t offset; ///< in the ELF header
    std::uint64_t value;
    unsigned size;
  };
  const Row row = GENERATE(values<Row>({
      {40, 0xfffffffffffffff0, 8}, // e_shoff
      {58, 63, 2},                 // e_shentsize
      {60, 0xff00, 2},             // e_shnum
  }));
  BuiltElf built = build_elf(versioned_spec());
  const auto honest = ElfFile::parse(built.bytes);
  support::patch(built.bytes, row.offset, row.value, row.size);
  const auto file = ElfFile::parse(built.bytes);
  REQUIRE(file);
  CHECK(file->sections().state == SectionState::broken);
  CHECK(has_anomaly(*file, ElfAnomalyKind::section_headers));
  CHECK(file->symbols() == honest->symbols());
}

TEST_CASE("segments out of order, too long or misaligned are anomalies") {
  struct Row {
    std::size_t offset; ///< in the first PT_LOAD
    std::uint64_t value;
  };
  const Row row = GENERATE(values<Row>({
      {16, 0x100000}, // p_vaddr behind the second; its tables are lost too
      {48, 0x1001},   // p_align
      {40, 0x10},     // p_memsz
  }));
  ElfSpec spec;
  spec.dynamic = false;
  BuiltElf built = build_elf(spec);
  support::patch(built.bytes, built.offset.at("program_headers") + row.offset, row.value, 8);
  const auto file = ElfFile::parse(built.bytes);
  REQUIRE(file);
  CHECK(has_anomaly(*file, ElfAnomalyKind::segments));
}

TEST_CASE("a tag that stands twice is an anomaly and its last value counts") {
  ElfSpec spec = versioned_spec();
  spec.more_dynamic = {{dt::kFlags, kDfBindNow}, {dt::kFlags, kDfStaticTls}};
  const auto file = ElfFile::parse(build_elf(spec).bytes);
  REQUIRE(file);
  CHECK(file->dynamic().flags == kDfStaticTls);
  CHECK(has_anomaly(*file, ElfAnomalyKind::dynamic));
}

TEST_CASE("two hundred thousand symbols with one name and one hash are read in no time") {
  ElfSpec spec;
  spec.gnu_buckets = 1;
  spec.symbols.assign(200'000, {"same", 8, 8, 2, 1, 0, 7, 1});
  const BuiltElf built = build_elf(spec);
  const auto start = std::chrono::steady_clock::now();
  const auto file = ElfFile::parse(built.bytes);
  REQUIRE(file);
  CHECK(file->symbols().size() == 200'001);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(10));
}

TEST_CASE("names that overlap without end are refused") {
  ElfSpec spec;
  spec.soname = std::string(200'000, 'n');
  spec.symbols.assign(4000, {"x", 8, 8, 2, 1, 0, 7, 1});
  BuiltElf built = build_elf(spec);
  for (std::size_t i = 1; i <= 4000; ++i) {
    support::patch(built.bytes, built.offset.at("dynsym") + i * 24, 1 + i % 100, 4); // every name is the long one
  }
  CHECK(error_of(built.bytes).find("the names of 4001 dynamic symbols overlap") == 0);
}
