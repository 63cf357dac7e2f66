// What the local headers and the bytes between the members give away.
#include "orchestrator/zip/anomaly_checks.hpp"
#include "orchestrator/zip/byte_source.hpp"
#include "orchestrator/zip/records.hpp"
#include "orchestrator/zip/zip_reader.hpp"

#include "orchestrator/base/byte_cursor.hpp"

#include <algorithm>
#include <optional>

namespace wheelforge::zip {
namespace {

/// Walks the members in the order of their local headers and collects what is odd.
class LocalWalk {
public:
  LocalWalk(const ByteSource& source, std::uint64_t directory_offset, std::vector<Anomaly>& anomalies)
      : source_(source), directory_offset_(directory_offset), anomalies_(anomalies) {}

  Result<void> visit(const ZipMember& member);
  Result<void> finish();

private:
  Result<HeaderRecord> read_header(const ZipMember& member);
  void compare(const ZipMember& central, const HeaderRecord& local);
  Result<std::uint64_t> descriptor_size(const ZipMember& member, std::uint64_t offset);
  Result<void> check_gap(std::uint64_t end);
  void note(AnomalyKind kind, const std::string& member, std::string detail) {
    anomalies_.push_back({kind, member, std::move(detail)});
  }

  const ByteSource& source_;
  std::uint64_t directory_offset_;
  std::vector<Anomaly>& anomalies_;
  std::vector<std::byte> scratch_;
  std::uint64_t position_ = 0; ///< end of what the members so far take
};

Result<HeaderRecord> LocalWalk::read_header(const ZipMember& member) {
  // Most extra fields are short: one read does for nearly all members.
  constexpr std::uint64_t kUsualExtra = 64;
  std::uint64_t size = kLocalSize + member.name.size() + kUsualExtra;
  for (int attempt = 0; attempt < 2; ++attempt) {
    size = std::min(size, source_.size_bytes() - std::min(source_.size_bytes(), member.header_offset));
    scratch_.resize(static_cast<std::size_t>(size));
    WF_TRY(const auto bytes, source_.read(member.header_offset, size, scratch_));
    auto record = read_local(bytes);
    if (record || attempt > 0) {
      return record;
    }
    size = kLocalSize + 2 * std::uint64_t{0xffff};
  }
  return fail(ErrorKind::internal, "unreachable");
}

void LocalWalk::compare(const ZipMember& central, const HeaderRecord& local) {
  const ZipMember& here = local.member;
  if (here.name != central.name) {
    note(AnomalyKind::local_name_mismatch, central.name, fmt::format("the local header says {}", here.name));
  }
  constexpr unsigned kDeflateHints = 6; // bits 1 and 2 only say how hard the packer tried
  if (here.method != central.method || (here.flags & ~kDeflateHints) != (central.flags & ~kDeflateHints)) {
    note(AnomalyKind::local_method_mismatch, central.name,
         fmt::format("method {} and flags {:#x} in the local header, {} and {:#x} in the directory", here.method,
                     here.flags, central.method, central.flags));
  }
  const bool deferred = (here.flags & kFlagDataDescriptor) != 0;
  const auto same = [deferred](std::uint64_t local_value, std::uint64_t central_value) {
    return local_value == central_value || (deferred && local_value == 0);
  };
  if (!same(here.size, central.size) || !same(here.compressed_size, central.compressed_size) ||
      !same(here.crc32, central.crc32)) {
    note(AnomalyKind::local_size_mismatch, central.name,
         fmt::format("{} bytes packed to {} with CRC {:08x} in the local header, {} to {} with {:08x} in the directory",
                     here.size, here.compressed_size, here.crc32, central.size, central.compressed_size,
                     central.crc32));
  }
  if (!local.extra_problem.empty()) {
    note(AnomalyKind::bad_extra_field, central.name, "local header: " + local.extra_problem);
  }
}

/// How long the data descriptor at `offset` is: with or without signature, with 32- or 64-bit sizes; 0 when none of the
/// four forms says what the directory says.
Result<std::uint64_t> LocalWalk::descriptor_size(const ZipMember& member, std::uint64_t offset) {
  std::byte scratch[24];
  const std::uint64_t room = directory_offset_ - std::min(directory_offset_, offset);
  WF_TRY(const auto bytes, source_.read(offset, std::min<std::uint64_t>(room, sizeof scratch), scratch));
  for (const bool has_signature : {true, false}) {
    for (const bool wide : {false, true}) {
      ByteCursor in(bytes, std::endian::little, "data descriptor");
      const bool signature_fits = !has_signature || in.u32() == kDescriptorSignature;
      const std::uint32_t crc = in.u32();
      const std::uint64_t packed = wide ? in.u64() : in.u32();
      const std::uint64_t size = wide ? in.u64() : in.u32();
      if (in.ok() && signature_fits && crc == member.crc32 && packed == member.compressed_size && size == member.size) {
        return in.position();
      }
    }
  }
  return 0;
}

Result<void> LocalWalk::check_gap(std::uint64_t end) {
  if (end <= position_) {
    return {};
  }
  std::byte scratch[4];
  const auto bytes = source_.read(position_, std::min<std::uint64_t>(end - position_, sizeof scratch), scratch);
  if (!bytes) {
    return tl::unexpected(bytes.error());
  }
  const bool header = bytes->size() == 4 && load<std::uint32_t>(bytes->data(), std::endian::little) == kLocalSignature;
  const AnomalyKind kind = header           ? AnomalyKind::hidden_local_header
                           : position_ == 0 ? AnomalyKind::leading_bytes
                                            : AnomalyKind::gap;
  note(kind, {},
       fmt::format("{} bytes at {} belong to no member{}", end - position_, position_,
                   header ? ", and they begin with a local file header" : ""));
  return {};
}

Result<void> LocalWalk::visit(const ZipMember& member) {
  if (member.overlaps) {
    return {}; // said already; nothing behind such an offset can be trusted
  }
  WF_TRY_VOID(check_gap(member.header_offset));
  auto local = read_header(member);
  if (!local) {
    if (local.error().kind != ErrorKind::invalid_data) {
      return tl::unexpected(std::move(local).error());
    }
    note(AnomalyKind::local_name_mismatch, member.name, local.error().message);
    position_ = std::max(position_, member.header_offset);
    return {};
  }
  compare(member, *local);
  std::uint64_t end = member.header_offset + local->record_size;
  if (member.header_offset < position_ || !range_inside(end, member.compressed_size, directory_offset_)) {
    note(AnomalyKind::overlap, member.name,
         fmt::format("its header at {} and {} bytes of data at {} do not fit between {} and the directory at {}",
                     member.header_offset, member.compressed_size, end, position_, directory_offset_));
    return {};
  }
  end += member.compressed_size;
  if ((local->member.flags & kFlagDataDescriptor) != 0) {
    WF_TRY(const std::uint64_t descriptor, descriptor_size(member, end));
    if (descriptor == 0) {
      note(AnomalyKind::local_size_mismatch, member.name,
           fmt::format("no data descriptor at {} that agrees with the directory", end));
    }
    end += descriptor;
  }
  position_ = std::max(position_, end);
  return {};
}

Result<void> LocalWalk::finish() { return check_gap(directory_offset_); }

/// True when the first 512 bytes are a tar header: their sum is the number in the checksum field.
/// Source: POSIX.1-2017 pax, "ustar Interchange Format".
bool is_tar_header(std::span<const std::byte> block) {
  constexpr std::size_t kChecksumOffset = 148;
  constexpr std::size_t kChecksumSize = 8;
  unsigned sum = 0;
  unsigned stated = 0;
  bool digits = false;
  for (std::size_t i = 0; i < block.size(); ++i) {
    const auto byte = std::to_integer<unsigned>(block[i]);
    const bool in_checksum = i >= kChecksumOffset && i < kChecksumOffset + kChecksumSize;
    sum += in_checksum ? unsigned{' '} : byte;
    if (in_checksum && byte >= '0' && byte <= '7') {
      stated = stated * 8 + (byte - '0');
      digits = true;
    }
  }
  return digits && sum == stated;
}

} // namespace

Result<std::vector<Anomaly>> ZipReader::local_anomalies() const {
  std::vector<Anomaly> anomalies;
  LocalWalk walk(*source_, directory_offset_, anomalies);
  for (const std::uint32_t index : by_offset(members_)) {
    WF_TRY_VOID(walk.visit(members_[index]));
  }
  WF_TRY_VOID(walk.finish());
  std::byte block[512];
  if (size_bytes() >= sizeof block) {
    WF_TRY(const auto bytes, source_->read(0, sizeof block, block));
    if (is_tar_header(bytes)) {
      anomalies.push_back({AnomalyKind::also_tar, {}, "the file begins with a tar header"});
    }
  }
  sort_anomalies(anomalies);
  return anomalies;
}

} // namespace wheelforge::zip
