// Reading members: whole, as a stream, the first bytes, raw; and what hostile members do.
#include "orchestrator/zip/inflater.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/zip_builder.hpp"

#include <random>

using namespace wheelforge;
using namespace wheelforge::zip;
using support::build_zip;
using support::Bytes;
using support::ZipEntry;
using support::ZipSpec;

namespace {

/// Bytes that deflate somewhat, and span several stream buffers.
std::string mixed_bytes(std::size_t size) {
  std::mt19937 random(7);
  std::string bytes;
  while (bytes.size() < size) {
    const auto value = static_cast<unsigned>(random());
    bytes.append(value % 9 + 1, static_cast<char>(value >> 8U));
  }
  bytes.resize(size);
  return bytes;
}

ZipSpec one_member(const std::string& data, bool deflate = true) {
  ZipSpec spec;
  spec.entries.resize(1);
  spec.entries[0].name = "member";
  spec.entries[0].data = data;
  spec.entries[0].deflate = deflate;
  return spec;
}

std::string text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Result<std::string> read_whole(const ZipReader& reader, CheckCrc check = CheckCrc::yes) {
  Inflater inflater;
  WF_TRY(const auto bytes, inflater.read(reader, reader.members()[0], check));
  return text(bytes);
}

Result<std::string> read_stream(const ZipReader& reader, CheckCrc check = CheckCrc::yes) {
  Inflater inflater;
  std::string all;
  const Inflater::Sink sink = [&all](std::span<const std::byte> piece) {
    all += text(piece);
    return Flow::more;
  };
  WF_TRY(const std::uint64_t sent, inflater.stream(reader, reader.members()[0], sink, check));
  CHECK(sent == all.size());
  return all;
}

} // namespace

TEST_CASE("whole and streamed reads give the member's bytes") {
  const bool deflate = GENERATE(true, false);
  const std::size_t size = GENERATE(0U, 1U, 1000U, 262143U, 262144U, 262145U, 3'000'000U);
  const std::string data = mixed_bytes(size);
  const Bytes bytes = build_zip(one_member(data, deflate && size > 0));
  const auto reader = ZipReader::from_bytes(bytes);
  REQUIRE(reader);
  CHECK(read_whole(*reader).value() == data);
  CHECK(read_stream(*reader).value() == data);
  Inflater inflater;
  CHECK(text(inflater.peek(*reader, reader->members()[0], 16).value()) == data.substr(0, 16));
}

TEST_CASE("one inflater reads many members in a row, growing and shrinking") {
  ZipSpec spec;
  for (const std::size_t size : {10U, 100'000U, 5U, 700'000U, 0U, 3U}) {
    spec.entries.push_back(one_member(mixed_bytes(size)).entries[0]);
    spec.entries.back().name = std::to_string(spec.entries.size());
  }
  const Bytes bytes = build_zip(spec);
  const auto reader = ZipReader::from_bytes(bytes);
  REQUIRE(reader);
  Inflater inflater;
  for (int round = 0; round < 2; ++round) {
    for (const ZipMember& member : reader->members()) {
      CHECK(text(inflater.read(*reader, member, CheckCrc::yes).value()) == spec.entries[member.index].data);
      CHECK(text(inflater.read_raw(*reader, member).value()).size() == member.compressed_size);
    }
    inflater.release();
  }
}

TEST_CASE("a stream stops where its consumer has enough") {
  const Bytes bytes = build_zip(one_member(mixed_bytes(5'000'000)));
  const auto reader = ZipReader::from_bytes(bytes);
  REQUIRE(reader);
  Inflater inflater;
  std::uint64_t seen = 0;
  const auto sent = inflater.stream(*reader, reader->members()[0], [&seen](std::span<const std::byte> piece) {
    seen += piece.size();
    return seen > 1'000'000 ? Flow::enough : Flow::more;
  });
  REQUIRE(sent);
  CHECK(*sent == seen);
  CHECK(*sent < 2'000'000);
}

TEST_CASE("a wrong CRC is an error only when it is asked for") {
  ZipSpec spec = one_member(mixed_bytes(100'000), GENERATE(true, false));
  spec.entries[0].crc = 0x12345678;
  const Bytes bytes = build_zip(spec);
  const auto reader = ZipReader::from_bytes(bytes);
  REQUIRE(reader);
  CHECK(read_whole(*reader, CheckCrc::no));
  CHECK(read_stream(*reader, CheckCrc::no));
  CHECK(read_whole(*reader).error().message.find("12345678 is wanted") != std::string::npos);
  CHECK(read_stream(*reader).error().message.find("12345678 is wanted") != std::string::npos);
}

TEST_CASE("members that lie about their size are errors, whichever way they are read") {
  ZipSpec spec = one_member(mixed_bytes(1'000'000));
  spec.entries[0].size = GENERATE(1U, 262144U, 999'999U, 1'000'001U, 1'262'144U);
  const Bytes bytes = build_zip(spec);
  const auto reader = ZipReader::from_bytes(bytes);
  REQUIRE(reader);
  CHECK(read_whole(*reader, CheckCrc::no).error().kind == ErrorKind::invalid_data);
  CHECK(read_stream(*reader, CheckCrc::no).error().kind == ErrorKind::invalid_data);
}

TEST_CASE("members that cannot be read say why") {
  const auto [change, message] = GENERATE(table<void (*)(ZipEntry&), std::string>({
      {[](ZipEntry& e) { e.flags = kFlagEncrypted; }, "member is encrypted"},
      {[](ZipEntry& e) { e.method = 12; }, "member is compressed by method 12"},
      {[](ZipEntry& e) { e.compressed_size = 5000; }, "member shares bytes with"},
      {[](ZipEntry& e) { e.packed = "this is no deflate stream"; }, "member does not inflate: invalid data"},
      {[](ZipEntry& e) {
         e.header_offset = 1;
         e.compressed_size = 10;
       },
       "member: local file header at 1 has signature"},
  }));
  ZipSpec spec = one_member(mixed_bytes(1000));
  change(spec.entries[0]);
  const Bytes bytes = build_zip(spec);
  const auto reader = ZipReader::from_bytes(bytes);
  REQUIRE(reader);
  for (const auto& result : {read_whole(*reader), read_stream(*reader)}) {
    REQUIRE_FALSE(result);
    CHECK(result.error().message.find(message) == 0);
  }
  Inflater inflater;
  CHECK_FALSE(inflater.peek(*reader, reader->members()[0], 4));
}

TEST_CASE("a deflate stream cut off at any byte is an error") {
  const std::string data = mixed_bytes(300);
  const std::string packed = support::deflated(data);
  for (std::size_t size = 0; size < packed.size(); ++size) {
    ZipSpec spec = one_member(data);
    spec.entries[0].packed = packed.substr(0, size);
    const Bytes bytes = build_zip(spec);
    const auto reader = ZipReader::from_bytes(bytes);
    INFO(size);
    REQUIRE(reader);
    CHECK_FALSE(read_whole(*reader, CheckCrc::no));
    CHECK_FALSE(read_stream(*reader, CheckCrc::no));
  }
}

TEST_CASE("a deflate stream with any byte changed is read or refused, the same way twice") {
  const std::string data = mixed_bytes(300);
  const std::string packed = support::deflated(data);
  for (std::size_t at = 0; at < packed.size(); ++at) {
    ZipSpec spec = one_member(data);
    spec.entries[0].packed = packed;
    (*spec.entries[0].packed)[at] ^= static_cast<char>(0x5a);
    const Bytes bytes = build_zip(spec);
    const auto reader = ZipReader::from_bytes(bytes);
    INFO(at);
    REQUIRE(reader);
    const auto whole = read_whole(*reader, CheckCrc::no);
    const auto streamed = read_stream(*reader, CheckCrc::no);
    CHECK(whole.has_value() == streamed.has_value());
    if (whole && streamed) {
      CHECK(*whole == *streamed);
    }
    CHECK_FALSE(read_whole(*reader, CheckCrc::yes));
  }
}

TEST_CASE("a bomb is refused whole and stopped as a stream") {
  constexpr unsigned kMegabytes = 96;
  ZipSpec spec = one_member("");
  spec.entries[0].packed = support::deflated_zeros(kMegabytes);
  spec.entries[0].method = kDeflated;
  spec.entries[0].size = GENERATE(std::uint64_t{kMegabytes} << 20U, std::uint64_t{4096});
  const Bytes bytes = build_zip(spec);
  REQUIRE(bytes.size() < 200'000);
  const auto reader = ZipReader::from_bytes(bytes);
  REQUIRE(reader);
  CHECK_FALSE(read_whole(*reader, CheckCrc::no));
  Inflater inflater;
  std::uint64_t seen = 0;
  const auto sent = inflater.stream(*reader, reader->members()[0], [&seen](std::span<const std::byte> piece) {
    seen += piece.size();
    return seen >= 1U << 20U ? Flow::enough : Flow::more;
  });
  CHECK(seen <= 2U << 20U);
  CHECK(sent.has_value() == (reader->members()[0].size > 4096));
}

TEST_CASE("a member larger than the limit is not read whole") {
  const Bytes bytes = build_zip(one_member(mixed_bytes(1001)));
  const auto reader = ZipReader::from_bytes(bytes);
  REQUIRE(reader);
  Inflater inflater;
  CHECK(inflater.read(*reader, reader->members()[0], CheckCrc::no, 1001));
  CHECK(inflater.read(*reader, reader->members()[0], CheckCrc::no, 1000).error().message ==
        "member has 1001 bytes, at most 1000 are read whole");
}
