// Fuzz target: any bytes as a ZIP archive. What can be read must be the same whole and as a stream, and must survive
// being written anew.
#include "orchestrator/zip/inflater.hpp"
#include "orchestrator/zip/zip_reader.hpp"
#include "orchestrator/zip/zip_writer.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

using namespace wheelforge;
using namespace wheelforge::zip;

namespace {

constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 20U;
constexpr std::size_t kMostMembers = 16;

void expect(bool condition) {
  if (!condition) {
    std::abort();
  }
}

void read_member(const ZipReader& reader, const ZipMember& member, Inflater& inflater, Inflater& other) {
  std::vector<std::byte> streamed;
  const auto sent = inflater.stream(reader, member, [&streamed](std::span<const std::byte> piece) {
    streamed.insert(streamed.end(), piece.begin(), piece.end());
    return streamed.size() >= kMostBytes ? Flow::enough : Flow::more;
  });
  const auto strict = other.read(reader, member, CheckCrc::yes, kMostBytes);
  if (strict) {
    expect(sent && std::equal(streamed.begin(), streamed.end(), strict->begin(), strict->end()));
  } else if (sent && member.size < kMostBytes && member.compressed_size <= kMostBytes) {
    expect(!inflater.stream(
        reader, member, [](std::span<const std::byte>) { return Flow::more; }, CheckCrc::yes));
  }
  const auto whole = other.read(reader, member, CheckCrc::no, kMostBytes);
  if (sent && member.size < kMostBytes && member.compressed_size <= kMostBytes) {
    expect(whole.has_value()); // the reverse does not hold: libdeflate passes what RFC 1951 keeps out
  }
  if (whole) {
    expect(whole->size() == member.size);
    expect(!sent || std::equal(streamed.begin(), streamed.end(), whole->begin(), whole->end()));
  }
  const auto start = inflater.peek(reader, member, 4);
  if (sent && whole) {
    expect(start && start->size() == std::min<std::size_t>(4, whole->size()));
    expect(std::equal(start->begin(), start->end(), whole->begin()));
  }
}

/// Copies what may be copied into a new archive, which must then be without fault.
void write_anew(const ZipReader& reader) {
  ZipWriter writer(DosTime::from_unix(0));
  std::size_t added = 0;
  for (const ZipMember& member : reader.members()) {
    const bool readable = !member.overlaps && reader.data_offset(member);
    if (readable && writer.add_copy(reader, member)) {
      ++added;
    }
  }
  const auto bytes = writer.to_bytes();
  expect(bytes.has_value());
  const auto again = ZipReader::from_bytes(*bytes);
  expect(again && again->members().size() == added);
  const auto anomalies = again->local_anomalies();
  expect(anomalies && std::none_of(anomalies->begin(), anomalies->end(),
                                   [](const Anomaly& anomaly) { return anomaly.kind != AnomalyKind::also_tar; }));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto reader = ZipReader::from_bytes(std::as_bytes(std::span(data, size)), {.members = 1000});
  if (!reader) {
    expect(reader.error().kind == ErrorKind::invalid_data && !reader.error().message.empty());
    return 0;
  }
  expect(reader->local_anomalies().has_value());
  thread_local Inflater inflater;
  thread_local Inflater other;
  for (std::size_t i = 0; i < std::min(kMostMembers, reader->members().size()); ++i) {
    const ZipMember& member = reader->members()[i];
    read_member(*reader, member, inflater, other);
    expect(reader->find(member.name) != nullptr);
  }
  write_anew(*reader);
  return 0;
}
