// Writing archives: the same bytes every time, and what went in comes out.
#include "orchestrator/zip/inflater.hpp"
#include "orchestrator/zip/zip_writer.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/zip_builder.hpp"

using namespace wheelforge;
using namespace wheelforge::zip;

namespace {

constexpr std::int64_t kMoment = 1'700'000'000;

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

std::vector<std::string> names(const ZipReader& reader) {
  std::vector<std::string> found;
  for (const ZipMember& member : reader.members()) {
    found.push_back(member.name);
  }
  return found;
}

std::vector<std::byte> written(const std::vector<std::string>& member_names, Order order) {
  ZipWriter writer(DosTime::from_unix(kMoment), order);
  for (const std::string& name : member_names) {
    REQUIRE(writer.add(pack(name, bytes_of(std::string(500, 'x') + name))));
  }
  return writer.to_bytes().value();
}

} // namespace

TEST_CASE("what is written is read back without an anomaly") {
  ZipWriter writer(DosTime::from_unix(kMoment));
  const std::string text(100'000, 'a');
  REQUIRE(writer.add(pack("pkg/mod.so", bytes_of(text), 0100755)));
  REQUIRE(writer.add(pack("pkg/empty.py", {})));
  REQUIRE(writer.add(pack("pkg/caf\xc3\xa9.py", bytes_of("x"))));
  REQUIRE(writer.add(pack("pkg/", {}, 040755)));
  const auto bytes = writer.to_bytes();
  REQUIRE(bytes);
  const auto reader = ZipReader::from_bytes(*bytes);
  REQUIRE(reader);
  CHECK(reader->anomalies().empty());
  CHECK(reader->local_anomalies().value().empty());
  const ZipMember* member = reader->find("pkg/mod.so");
  REQUIRE(member != nullptr);
  CHECK(member->unix_mode() == 0100755);
  CHECK(member->modified.to_unix() == kMoment);
  CHECK(member->method == kDeflated);
  CHECK(member->compressed_size < 1000);
  CHECK(reader->find("pkg/empty.py")->method == kStored);
  Inflater inflater;
  const auto back = inflater.read(*reader, *member, CheckCrc::yes);
  REQUIRE(back);
  CHECK(std::equal(back->begin(), back->end(), bytes_of(text).begin(), bytes_of(text).end()));
}

TEST_CASE("the same members give the same bytes in whatever order they come") {
  const auto forward = written({"b/x", "a/y", "a/x"}, Order::wheel);
  const auto backward = written({"a/x", "a/y", "b/x"}, Order::wheel);
  CHECK(forward == backward);
}

TEST_CASE("a wheel's members stand sorted, dist-info behind all else, RECORD last") {
  const auto bytes = written({"d-1.dist-info/RECORD", "zz.py", "d-1.dist-info/WHEEL", "d.libs/l.so",
                              "d-1.dist-info/a/RECORD", "d/__init__.py", "z.dist-info"},
                             Order::wheel);
  CHECK(names(*ZipReader::from_bytes(bytes)) ==
        std::vector<std::string>{"d.libs/l.so", "d/__init__.py", "z.dist-info", "zz.py", "d-1.dist-info/WHEEL",
                                 "d-1.dist-info/a/RECORD", "d-1.dist-info/RECORD"});
}

TEST_CASE("members stand as they were added when that is wanted") {
  const auto bytes = written({"b", "a", "c"}, Order::as_added);
  CHECK(names(*ZipReader::from_bytes(bytes)) == std::vector<std::string>{"b", "a", "c"});
}

TEST_CASE("a copied member keeps its compressed bytes, its mode and its CRC") {
  support::ZipSpec spec;
  spec.entries.resize(2);
  spec.entries[0].name = "old";
  spec.entries[0].data = std::string(5000, 'q');
  spec.entries[0].deflate = true;
  spec.entries[0].unix_mode = 0100755;
  spec.entries[0].descriptor = support::ZipEntry::Descriptor::with_signature;
  spec.entries[1].name = "stored";
  spec.entries[1].data = "abc";
  const auto source = support::build_zip(spec);
  const auto archive = ZipReader::from_bytes(source);
  REQUIRE(archive);

  ZipWriter writer(DosTime::from_unix(kMoment), Order::as_added);
  REQUIRE(writer.add_copy(*archive, archive->members()[0], "new"));
  REQUIRE(writer.add_copy(*archive, archive->members()[1]));
  const auto bytes = writer.to_bytes();
  REQUIRE(bytes);
  const auto reader = ZipReader::from_bytes(*bytes);
  REQUIRE(reader);
  CHECK(reader->anomalies().empty()); // and no data descriptor any more
  CHECK(reader->local_anomalies().value().empty());
  CHECK(names(*reader) == std::vector<std::string>{"new", "stored"});
  CHECK(reader->members()[0].unix_mode() == 0100755);
  CHECK(reader->members()[0].crc32 == archive->members()[0].crc32);
  Inflater one;
  Inflater other;
  const auto before = one.read_raw(*archive, archive->members()[0]);
  const auto after = other.read_raw(*reader, reader->members()[0]);
  REQUIRE(before);
  REQUIRE(after);
  CHECK(std::equal(before->begin(), before->end(), after->begin(), after->end()));
  CHECK(other.read(*reader, reader->members()[1], CheckCrc::yes));
}

TEST_CASE("names that no archive should have are refused") {
  ZipWriter writer(DosTime{});
  REQUIRE(writer.add(pack("a", {})));
  const std::string name =
      GENERATE(as<std::string>(), "", "/a", "../a", "a/../b", "a\\b", "a", std::string(65536, 'n'));
  const auto result = writer.add(pack(name, {}));
  REQUIRE_FALSE(result);
  CHECK(result.error().kind == ErrorKind::usage);
}

TEST_CASE("more than 65534 members need ZIP64 records, and get them") {
  ZipWriter writer(DosTime{}, Order::as_added);
  const unsigned count = GENERATE(65534U, 65535U, 70000U);
  for (unsigned i = 0; i < count; ++i) {
    REQUIRE(writer.add(pack(std::to_string(i), {})));
  }
  const auto bytes = writer.to_bytes();
  REQUIRE(bytes);
  const auto reader = ZipReader::from_bytes(*bytes);
  REQUIRE(reader);
  CHECK(reader->members().size() == count);
  CHECK(reader->anomalies().empty());
  constexpr std::size_t kClassicEnd = 22;
  constexpr std::size_t kLocator = 20;
  const std::byte* locator = bytes->data() + bytes->size() - kClassicEnd - kLocator;
  CHECK((std::memcmp(locator, "PK\6\7", 4) == 0) == (count >= 65535));
}

TEST_CASE("packing keeps what would not shrink as it is") {
  CHECK(pack("a", bytes_of("abc")).method == kStored);
  CHECK(pack("a", bytes_of(std::string(100, 'a'))).method == kDeflated);
  CHECK(pack("a", bytes_of(std::string(100, 'a')), 0100644, 0).method == kStored);
}

TEST_CASE("an error of the output stops the writing and is passed on") {
  ZipWriter writer(DosTime{});
  REQUIRE(writer.add(pack("a", bytes_of("text"))));
  int calls = 0;
  const auto result = writer.write([&calls](std::span<const std::byte>) -> Result<void> {
    ++calls;
    return fail(ErrorKind::disk_full, "no space left");
  });
  REQUIRE_FALSE(result);
  CHECK(result.error().kind == ErrorKind::disk_full);
  CHECK(calls == 1);
}
