// Writing of the archive: local headers, data, central directory, end records.
#include "orchestrator/zip/zip_writer.hpp"

#include "orchestrator/zip/anomaly_checks.hpp"
#include "orchestrator/zip/byte_source.hpp"
#include "orchestrator/zip/records.hpp"

#include <algorithm>
#include <tuple>

namespace wheelforge::zip {
namespace {

constexpr std::uint16_t kMadeByUnix = 3U << 8U | 20U; // "version made by": Unix, 2.0
constexpr std::uint16_t kVersionDeflate = 20;
constexpr std::uint16_t kVersionZip64 = 45;
constexpr std::uint32_t kDosDirectory = 0x10;

/// A record under construction, little-endian.
class RecordBytes {
public:
  void u16(std::uint64_t value) { put(value, 2); }
  void u32(std::uint64_t value) { put(value, 4); }
  void u64(std::uint64_t value) { put(value, 8); }
  void text(std::string_view text) {
    const auto bytes = std::as_bytes(std::span(text));
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  }
  [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }

private:
  void put(std::uint64_t value, unsigned size) {
    for (unsigned i = 0; i < size; ++i) {
      bytes_.push_back(static_cast<std::byte>(value >> 8 * i));
    }
  }
  std::vector<std::byte> bytes_;
};

/// What the records say about one member.
struct Facts {
  const PackedMember* member;
  std::uint64_t compressed_size;
  std::uint64_t offset;

  [[nodiscard]] bool has_wide_size() const { return member->size >= kSaturated32 || compressed_size >= kSaturated32; }
  [[nodiscard]] bool has_wide_offset() const { return offset >= kSaturated32; }
};

std::uint64_t or_saturated(std::uint64_t value, bool wide) { return wide ? kSaturated32 : value; }

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// The fields that both headers have in a row, from "version needed" to the name's length.
void common_fields(RecordBytes& out, const Facts& facts, DosTime time, bool wide) {
  const PackedMember& member = *facts.member;
  out.u16(wide ? kVersionZip64 : kVersionDeflate);
  out.u16(is_ascii(member.name) ? 0 : kFlagUtf8);
  out.u16(member.method);
  out.u16(time.time);
  out.u16(time.date);
  out.u32(member.crc32);
  out.u32(or_saturated(facts.compressed_size, facts.has_wide_size()));
  out.u32(or_saturated(member.size, facts.has_wide_size()));
  out.u16(member.name.size());
}

RecordBytes local_header(const Facts& facts, DosTime time) {
  RecordBytes out;
  out.u32(kLocalSignature);
  common_fields(out, facts, time, facts.has_wide_size());
  out.u16(facts.has_wide_size() ? 20 : 0);
  out.text(facts.member->name);
  if (facts.has_wide_size()) {
    out.u16(1);
    out.u16(16);
    out.u64(facts.member->size);
    out.u64(facts.compressed_size);
  }
  return out;
}

void central_entry(RecordBytes& out, const Facts& facts, DosTime time) {
  const PackedMember& member = *facts.member;
  const unsigned wide_bytes = (facts.has_wide_size() ? 16U : 0U) + (facts.has_wide_offset() ? 8U : 0U);
  out.u32(kCentralSignature);
  out.u16(kMadeByUnix);
  common_fields(out, facts, time, wide_bytes > 0);
  out.u16(wide_bytes > 0 ? wide_bytes + 4 : 0);
  out.u16(0); // comment
  out.u16(0); // disk
  out.u16(0); // internal attributes
  out.u32(std::uint64_t{member.unix_mode} << 16U | (member.name.back() == '/' ? kDosDirectory : 0));
  out.u32(or_saturated(facts.offset, facts.has_wide_offset()));
  out.text(member.name);
  if (wide_bytes > 0) {
    out.u16(1);
    out.u16(wide_bytes);
  }
  if (facts.has_wide_size()) {
    out.u64(member.size);
    out.u64(facts.compressed_size);
  }
  if (facts.has_wide_offset()) {
    out.u64(facts.offset);
  }
}

RecordBytes end_records(std::uint64_t count, std::uint64_t directory_size, std::uint64_t directory_offset) {
  RecordBytes out;
  const bool wide = count >= kSaturated16 || directory_size >= kSaturated32 || directory_offset >= kSaturated32;
  if (wide) {
    out.u32(kEnd64Signature);
    out.u64(kEnd64Size - 12);
    out.u16(kMadeByUnix);
    out.u16(kVersionZip64);
    out.u32(0); // this disk
    out.u32(0); // disk of the directory
    out.u64(count);
    out.u64(count);
    out.u64(directory_size);
    out.u64(directory_offset);
    out.u32(kEnd64LocatorSignature);
    out.u32(0);
    out.u64(directory_offset + directory_size);
    out.u32(1); // number of disks
  }
  out.u32(kEndSignature);
  out.u16(0);
  out.u16(0);
  out.u16(std::min<std::uint64_t>(count, kSaturated16));
  out.u16(std::min<std::uint64_t>(count, kSaturated16));
  out.u32(std::min<std::uint64_t>(directory_size, kSaturated32));
  out.u32(std::min<std::uint64_t>(directory_offset, kSaturated32));
  out.u16(0); // comment
  return out;
}

/// Where a member stands in a wheel: .dist-info behind all else, RECORD last in it. Source: PEP 427, "Recommended
/// archiver features".
int wheel_rank(std::string_view name) {
  const std::size_t slash = name.find('/');
  if (slash == std::string_view::npos || !name.substr(0, slash).ends_with(".dist-info")) {
    return 0;
  }
  return name.substr(slash) == "/RECORD" ? 2 : 1;
}

Result<void> copy_data(const ZipReader& archive, const ZipMember& member, const ZipWriter::Output& output) {
  constexpr std::uint64_t kPiece = 1U << 20U;
  WF_TRY(const std::uint64_t offset, archive.data_offset(member));
  std::vector<std::byte> scratch(static_cast<std::size_t>(std::min(kPiece, member.compressed_size)));
  for (std::uint64_t done = 0; done < member.compressed_size;) {
    const std::uint64_t size = std::min(kPiece, member.compressed_size - done);
    WF_TRY(const auto piece, archive.source().read(offset + done, size, scratch));
    WF_TRY_VOID(output(piece));
    done += size;
  }
  return {};
}

} // namespace

Result<void> ZipWriter::check_name(std::string_view name) const {
  if (name.empty() || name.size() > 0xffff) {
    return fail(ErrorKind::usage, "a member's name has {} bytes, 1 to 65535 are wanted", name.size());
  }
  const std::string_view reason = unsafe_name_reason(name);
  if (!reason.empty()) {
    return fail(ErrorKind::usage, "{} cannot be a member's name: {}", name, reason);
  }
  if (names_.find(name) != names_.end()) {
    return fail(ErrorKind::usage, "{} is in the archive already", name);
  }
  return {};
}

Result<void> ZipWriter::add(PackedMember member) {
  WF_TRY_VOID(check_name(member.name));
  names_.insert(member.name);
  entries_.push_back({std::move(member), nullptr, {}});
  return {};
}

Result<void> ZipWriter::add_copy(const ZipReader& archive, const ZipMember& member, std::string_view name) {
  if (member.is_encrypted() || (member.method != kStored && member.method != kDeflated) || member.overlaps) {
    return fail(ErrorKind::invalid_data, "{} cannot be copied: it is encrypted, of method {}, or overlaps another",
                member.name, member.method);
  }
  PackedMember packed;
  packed.name = name.empty() ? member.name : std::string(name);
  packed.size = member.size;
  packed.crc32 = member.crc32;
  packed.method = member.method;
  packed.unix_mode = member.unix_mode() != 0 ? member.unix_mode() : packed.unix_mode;
  WF_TRY_VOID(check_name(packed.name));
  names_.insert(packed.name);
  entries_.push_back({std::move(packed), &archive, member});
  return {};
}

std::vector<const ZipWriter::Entry*> ZipWriter::in_order() const {
  std::vector<const Entry*> order;
  order.reserve(entries_.size());
  for (const Entry& entry : entries_) {
    order.push_back(&entry);
  }
  if (order_ == Order::wheel) {
    std::sort(order.begin(), order.end(), [](const Entry* a, const Entry* b) {
      const int rank_a = wheel_rank(a->packed.name);
      const int rank_b = wheel_rank(b->packed.name);
      return std::tie(rank_a, a->packed.name) < std::tie(rank_b, b->packed.name);
    });
  }
  return order;
}

Result<void> ZipWriter::write(const Output& output) const {
  RecordBytes directory;
  std::uint64_t offset = 0;
  for (const Entry* entry : in_order()) {
    const PackedMember& member = entry->packed;
    const bool copied = entry->archive != nullptr;
    const Facts facts{&member, copied ? entry->source.compressed_size : member.data.size(), offset};
    const RecordBytes header = local_header(facts, time_);
    WF_TRY_VOID(output(header.bytes()));
    if (copied) {
      WF_TRY_VOID(copy_data(*entry->archive, entry->source, output));
    } else {
      WF_TRY_VOID(output(member.data));
    }
    central_entry(directory, facts, time_);
    offset += header.bytes().size() + facts.compressed_size;
  }
  WF_TRY_VOID(output(directory.bytes()));
  return output(end_records(entries_.size(), directory.bytes().size(), offset).bytes());
}

Result<std::vector<std::byte>> ZipWriter::to_bytes() const {
  std::vector<std::byte> bytes;
  WF_TRY_VOID(write([&bytes](std::span<const std::byte> piece) -> Result<void> {
    bytes.insert(bytes.end(), piece.begin(), piece.end());
    return {};
  }));
  return bytes;
}

} // namespace wheelforge::zip
