// Reading of the ZIP records: end records, central directory entries, local headers, extra fields.
#include "orchestrator/zip/records.hpp"

#include "orchestrator/base/byte_cursor.hpp"

#include <string_view>

namespace wheelforge::zip {
namespace {

constexpr std::uint16_t kExtraZip64 = 0x0001;
constexpr std::uint16_t kExtraUnicodePath = 0x7075;

ByteCursor cursor(std::span<const std::byte> bytes, std::string_view structure) {
  return {bytes, std::endian::little, structure};
}

std::string text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Result<void> want_signature(ByteCursor& cursor, std::uint32_t wanted, std::string_view structure) {
  const std::uint32_t seen = cursor.u32();
  if (cursor.ok() && seen != wanted) {
    return fail(ErrorKind::invalid_data, "{} has signature {:#010x}, {:#010x} is wanted", structure, seen, wanted);
  }
  return {};
}

/// Takes the fields that are saturated in the classic record from the ZIP64 extra field, which holds just those, in
/// order. Local headers hold both sizes. Source: APPNOTE.TXT §4.5.3.
void read_zip64(std::span<const std::byte> field, HeaderRecord& record) {
  ByteCursor in = cursor(field, "ZIP64 extra field");
  ZipMember& member = record.member;
  const auto take = [&in](std::uint64_t& value) {
    if (value == kSaturated32) {
      const std::uint64_t wide = in.u64();
      value = in.ok() ? wide : value;
    }
  };
  take(member.size);
  take(member.compressed_size);
  take(member.header_offset);
  if (record.disk == kSaturated16) {
    const std::uint64_t disk = in.u32();
    record.disk = in.ok() ? disk : record.disk;
  }
  const std::size_t size = field.size();
  if (!in.ok()) {
    record.extra_problem = "the ZIP64 extra field is too short for the fields it has to hold";
  } else if (size != 0 && size != 8 && size != 16 && size != 24 && size != 28) {
    record.extra_problem = fmt::format("the ZIP64 extra field has {} bytes, 0, 8, 16, 24 or 28 are wanted", size);
  }
}

void read_unicode_path(std::span<const std::byte> field, HeaderRecord& record) {
  constexpr std::size_t kPrefix = 5; // a version byte and the CRC of the plain name
  if (field.size() < kPrefix || text(field.subspan(kPrefix)) != record.member.name) {
    record.extra_problem = "the Unicode path extra field gives another name";
  }
}

void read_extra(std::span<const std::byte> extra, HeaderRecord& record) {
  ByteCursor in = cursor(extra, "extra field");
  bool zip64_seen = false;
  bool unicode_seen = false;
  while (in.left() > 0) {
    const std::uint16_t id = in.u16();
    const auto field = in.take(in.u16());
    if (!in.ok()) {
      record.extra_problem = "the extra field is cut off";
      break;
    }
    bool& seen = id == kExtraZip64 ? zip64_seen : unicode_seen;
    if ((id == kExtraZip64 || id == kExtraUnicodePath) && seen) {
      record.extra_problem = fmt::format("extra field {:#06x} stands twice", id);
      continue;
    }
    if (id == kExtraZip64) {
      seen = true;
      read_zip64(field, record);
    } else if (id == kExtraUnicodePath) {
      seen = true;
      read_unicode_path(field, record);
    }
  }
  const ZipMember& member = record.member;
  if (!zip64_seen && (member.size == kSaturated32 || member.compressed_size == kSaturated32)) {
    record.extra_problem = "a size is 0xffffffff and no ZIP64 extra field says more";
  }
}

} // namespace

Result<EndRecord> read_end(std::span<const std::byte> bytes) {
  constexpr std::string_view kName = "end of central directory record";
  ByteCursor in = cursor(bytes, kName);
  WF_TRY_VOID(want_signature(in, kEndSignature, kName));
  EndRecord end;
  end.disk = in.u16();
  end.directory_disk = in.u16();
  end.count_here = in.u16();
  end.count = in.u16();
  end.directory_size = in.u32();
  end.directory_offset = in.u32();
  if (!in.ok()) {
    return in.error();
  }
  return end;
}

Result<EndRecord> read_end64(std::span<const std::byte> bytes) {
  constexpr std::string_view kName = "ZIP64 end of central directory record";
  ByteCursor in = cursor(bytes, kName);
  WF_TRY_VOID(want_signature(in, kEnd64Signature, kName));
  EndRecord end;
  end.record_size = in.u64();
  in.skip(4); // versions made by and needed
  end.disk = in.u32();
  end.directory_disk = in.u32();
  end.count_here = in.u64();
  end.count = in.u64();
  end.directory_size = in.u64();
  end.directory_offset = in.u64();
  if (!in.ok()) {
    return in.error();
  }
  return end;
}

std::optional<std::uint64_t> read_end64_locator(std::span<const std::byte> bytes) {
  ByteCursor in = cursor(bytes, "ZIP64 end locator");
  const std::uint32_t signature = in.u32();
  in.skip(4); // number of the disk that has the record
  const std::uint64_t offset = in.u64();
  in.skip(4); // number of disks
  return in.ok() && signature == kEnd64LocatorSignature ? std::optional(offset) : std::nullopt;
}

Result<HeaderRecord> read_central(std::span<const std::byte> bytes) {
  constexpr std::string_view kName = "central directory entry";
  ByteCursor in = cursor(bytes, kName);
  WF_TRY_VOID(want_signature(in, kCentralSignature, kName));
  HeaderRecord record;
  ZipMember& member = record.member;
  const std::uint16_t made_by = in.u16();
  member.made_by_system = static_cast<std::uint8_t>(made_by >> 8U);
  record.version_needed = in.u16();
  member.flags = in.u16();
  member.method = in.u16();
  member.modified.time = in.u16();
  member.modified.date = in.u16();
  member.crc32 = in.u32();
  member.compressed_size = in.u32();
  member.size = in.u32();
  const std::uint16_t name_size = in.u16();
  const std::uint16_t extra_size = in.u16();
  record.comment_size = in.u16();
  record.disk = in.u16();
  in.skip(2); // internal attributes
  member.external_attributes = in.u32();
  member.header_offset = in.u32();
  member.name = text(in.take(name_size));
  const auto extra = in.take(extra_size);
  in.skip(record.comment_size);
  if (!in.ok()) {
    return in.error();
  }
  record.record_size = in.position();
  read_extra(extra, record);
  return record;
}

Result<HeaderRecord> read_local(std::span<const std::byte> bytes) {
  constexpr std::string_view kName = "local file header";
  ByteCursor in = cursor(bytes, kName);
  WF_TRY_VOID(want_signature(in, kLocalSignature, kName));
  HeaderRecord record;
  ZipMember& member = record.member;
  record.version_needed = in.u16();
  member.flags = in.u16();
  member.method = in.u16();
  member.modified.time = in.u16();
  member.modified.date = in.u16();
  member.crc32 = in.u32();
  member.compressed_size = in.u32();
  member.size = in.u32();
  const std::uint16_t name_size = in.u16();
  const std::uint16_t extra_size = in.u16();
  member.name = text(in.take(name_size));
  const auto extra = in.take(extra_size);
  if (!in.ok()) {
    return in.error();
  }
  record.record_size = in.position();
  read_extra(extra, record);
  return record;
}

} // namespace wheelforge::zip
