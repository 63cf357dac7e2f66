// The search for the end records, and what may be odd about them.
#include "orchestrator/zip/end_of_archive.hpp"

#include "orchestrator/base/byte_cursor.hpp"
#include "orchestrator/zip/records.hpp"

#include <algorithm>
#include <optional>

namespace wheelforge::zip {
namespace {

struct FoundRecord {
  EndRecord record;
  std::uint64_t offset = 0; ///< of the first end record: the ZIP64 one where there is one
};

void note(EndOfArchive& end, AnomalyKind kind, std::string detail) {
  end.anomalies.push_back({kind, {}, std::move(detail)});
}

/// Offset of the last end signature in `tail` that has a whole record behind it.
std::optional<std::size_t> last_end_record(std::span<const std::byte> tail) {
  if (tail.size() < kEndSize) {
    return std::nullopt;
  }
  for (std::size_t at = tail.size() - kEndSize + 1; at-- > 0;) {
    if (tail[at] == std::byte{'P'} && load<std::uint32_t>(tail.data() + at, std::endian::little) == kEndSignature) {
      return at;
    }
  }
  return std::nullopt;
}

/// Reads the ZIP64 end record that stands before a classic one at `end_offset`; nothing when there is no locator.
Result<std::optional<FoundRecord>> find_end64(const ByteSource& source, std::uint64_t end_offset, EndOfArchive& end) {
  if (end_offset < kEnd64LocatorSize + kEnd64Size) {
    return std::nullopt;
  }
  std::byte scratch[kEnd64Size];
  const std::uint64_t locator_offset = end_offset - kEnd64LocatorSize;
  WF_TRY(const auto locator, source.read(locator_offset, kEnd64LocatorSize, scratch));
  const auto stated = read_end64_locator(locator);
  if (!stated) {
    return std::nullopt;
  }
  // Bytes put before the archive shift the record; it is then still right before the locator.
  std::uint64_t offset = *stated;
  if (offset != locator_offset - kEnd64Size) {
    note(end, AnomalyKind::zip64_mismatch,
         fmt::format("the ZIP64 end record is said to be at {}, {} is wanted", offset, locator_offset - kEnd64Size));
    offset = locator_offset - kEnd64Size;
  }
  WF_TRY(const auto bytes, source.read(offset, kEnd64Size, scratch));
  WF_TRY(const EndRecord record, read_end64(bytes));
  if (record.record_size != kEnd64Size - 12) {
    note(end, AnomalyKind::zip64_mismatch,
         fmt::format("the ZIP64 end record says it has {} bytes, 44 is wanted", record.record_size));
  }
  return FoundRecord{record, offset};
}

/// True when a classic field either agrees with its ZIP64 twin or says that it does not know.
bool agrees(std::uint64_t classic, std::uint64_t wide, std::uint64_t saturated) {
  return classic == wide || classic == saturated;
}

void compare_records(const EndRecord& classic, const EndRecord& wide, EndOfArchive& end) {
  if (!agrees(classic.count, wide.count, kSaturated16) ||
      !agrees(classic.directory_size, wide.directory_size, kSaturated32) ||
      !agrees(classic.directory_offset, wide.directory_offset, kSaturated32)) {
    note(end, AnomalyKind::zip64_mismatch,
         fmt::format("the end record says {} members in {} bytes at {}, the ZIP64 one {} in {} at {}", classic.count,
                     classic.directory_size, classic.directory_offset, wide.count, wide.directory_size,
                     wide.directory_offset));
  }
}

bool has_central_signature(const ByteSource& source, std::uint64_t offset) {
  std::byte scratch[4];
  const auto bytes = source.read(offset, sizeof scratch, scratch);
  return bytes && load<std::uint32_t>(bytes->data(), std::endian::little) == kCentralSignature;
}

/// Settles where the directory is: it ends where the end records begin, unless bytes were put in between.
Result<void> place_directory(const ByteSource& source, const FoundRecord& found, EndOfArchive& end) {
  const EndRecord& record = found.record;
  end.count = record.count;
  end.directory_size = record.directory_size;
  if (!range_inside(record.directory_offset, record.directory_size, found.offset)) {
    return fail(ErrorKind::invalid_data, "the central directory of {} bytes at {} reaches past its end record at {}",
                record.directory_size, record.directory_offset, found.offset);
  }
  end.directory_offset = found.offset - record.directory_size;
  end.shift = end.directory_offset - record.directory_offset;
  if (end.shift == 0) {
    return {};
  }
  if (record.directory_size == 0 || has_central_signature(source, end.directory_offset)) {
    note(end, AnomalyKind::leading_bytes,
         fmt::format("{} bytes stand before the archive, its own offsets do not count them", end.shift));
    return {};
  }
  note(end, AnomalyKind::gap,
       fmt::format("{} bytes stand between the central directory and its end record", end.shift));
  end.directory_offset = record.directory_offset;
  end.shift = 0;
  return {};
}

} // namespace

Result<EndOfArchive> find_end(const ByteSource& source) {
  constexpr std::size_t kLongestTail = kEndSize + 0xffff;
  const std::uint64_t total = source.size_bytes();
  const std::size_t tail_size = static_cast<std::size_t>(std::min<std::uint64_t>(total, kLongestTail));
  std::vector<std::byte> scratch(tail_size);
  WF_TRY(const auto tail, source.read(total - tail_size, tail_size, scratch));
  const auto at = last_end_record(tail);
  if (!at) {
    return fail(ErrorKind::invalid_data,
                "no end of central directory record in the last {} bytes: not a ZIP archive, or cut off", tail_size);
  }
  WF_TRY(const EndRecord classic, read_end(tail.subspan(*at)));
  const std::uint64_t offset = total - tail_size + *at;

  EndOfArchive end;
  const auto comment_size = load<std::uint16_t>(tail.data() + *at + kEndSize - 2, std::endian::little);
  const auto behind = tail.subspan(*at + kEndSize);
  const auto comment = behind.first(std::min<std::size_t>(comment_size, behind.size()));
  end.comment.assign(reinterpret_cast<const char*>(comment.data()), comment.size());
  if (comment_size > 0) {
    note(end, AnomalyKind::archive_comment, fmt::format("the archive has a comment of {} bytes", comment_size));
  }
  if (comment_size != behind.size()) {
    note(end, AnomalyKind::trailing_bytes,
         fmt::format("{} bytes stand behind the end record, its comment has {}", behind.size(), comment_size));
  }

  FoundRecord found{classic, offset};
  WF_TRY(const auto wide, find_end64(source, offset, end));
  if (wide) {
    compare_records(classic, wide->record, end);
    found = *wide;
  } else if (classic.count == kSaturated16 || classic.directory_offset == kSaturated32) {
    note(end, AnomalyKind::zip64_mismatch, "the end record is saturated and no ZIP64 end record stands before it");
  }
  const EndRecord& record = found.record;
  if (record.disk != 0 || record.directory_disk != 0 || record.count_here != record.count) {
    note(end, AnomalyKind::multi_disk,
         fmt::format("disk {}, directory on disk {}, {} of {} members here", record.disk, record.directory_disk,
                     record.count_here, record.count));
  }
  WF_TRY_VOID(place_directory(source, found, end));
  return end;
}

} // namespace wheelforge::zip
