// Opening an archive: the central directory becomes members and anomalies.
#include "orchestrator/zip/zip_reader.hpp"

#include "orchestrator/base/byte_cursor.hpp"
#include "orchestrator/zip/anomaly_checks.hpp"
#include "orchestrator/zip/byte_source.hpp"
#include "orchestrator/zip/end_of_archive.hpp"
#include "orchestrator/zip/records.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <tuple>

namespace wheelforge::zip {

ZipReader::ZipReader(std::unique_ptr<ByteSource> source) : source_(std::move(source)) {}
ZipReader::ZipReader(ZipReader&&) noexcept = default;
ZipReader& ZipReader::operator=(ZipReader&&) noexcept = default;
ZipReader::~ZipReader() = default;

Result<ZipReader> ZipReader::open(const std::filesystem::path& path, const ReadLimits& limits) {
  WF_TRY(auto source, ByteSource::file(path));
  return load(std::move(source), limits);
}

Result<ZipReader> ZipReader::from_bytes(std::span<const std::byte> bytes, const ReadLimits& limits) {
  return load(ByteSource::memory(bytes), limits);
}

Result<ZipReader> ZipReader::load(std::unique_ptr<ByteSource> source, const ReadLimits& limits) {
  ZipReader reader(std::move(source));
  WF_TRY(EndOfArchive end, find_end(*reader.source_));
  reader.directory_offset_ = end.directory_offset;
  reader.directory_size_ = end.directory_size;
  reader.shift_ = end.shift;
  reader.comment_ = std::move(end.comment);
  reader.anomalies_ = std::move(end.anomalies);
  WF_TRY_VOID(reader.load_directory(end.count, limits));
  reader.note_anomalies();
  return reader;
}

Result<void> ZipReader::load_directory(std::uint64_t count, const ReadLimits& limits) {
  if (directory_size_ > limits.central_directory_bytes) {
    return fail(ErrorKind::invalid_data, "the central directory has {} bytes, at most {} are read", directory_size_,
                limits.central_directory_bytes);
  }
  std::vector<std::byte> scratch(static_cast<std::size_t>(directory_size_));
  WF_TRY(auto bytes, source_->read(directory_offset_, directory_size_, scratch));
  members_.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(count, bytes.size() / kCentralSize)));
  while (!bytes.empty()) {
    if (members_.size() >= limits.members) {
      return fail(ErrorKind::invalid_data, "the archive has more than {} members", limits.members);
    }
    WF_TRY_CONTEXT(HeaderRecord record, read_central(bytes), fmt::format("member {}", members_.size()));
    bytes = bytes.subspan(record.record_size);
    ZipMember& member = record.member;
    member.index = static_cast<std::uint32_t>(members_.size());
    if (member.header_offset > std::numeric_limits<std::uint64_t>::max() - shift_) {
      return fail(ErrorKind::invalid_data, "the header of member {} is said to be at {}", member.index,
                  member.header_offset);
    }
    member.header_offset += shift_;
    if (!record.extra_problem.empty()) {
      anomalies_.push_back({AnomalyKind::bad_extra_field, member.name, std::move(record.extra_problem)});
    }
    if (record.comment_size > 0) {
      anomalies_.push_back({AnomalyKind::member_comment, member.name,
                            fmt::format("the member has a comment of {} bytes", record.comment_size)});
    }
    if (record.disk != 0) {
      anomalies_.push_back(
          {AnomalyKind::multi_disk, member.name, fmt::format("the member is said to be on disk {}", record.disk)});
    }
    const std::uint64_t room = std::numeric_limits<std::uint64_t>::max() - total_size_;
    total_size_ += std::min(member.size, room);
    members_.push_back(std::move(member));
  }
  if (members_.size() != count) {
    anomalies_.push_back(
        {AnomalyKind::count_mismatch,
         {},
         fmt::format("the end record counts {} members, the directory has {}", count, members_.size())});
  }
  return {};
}

void ZipReader::note_anomalies() {
  by_name_.resize(members_.size());
  std::iota(by_name_.begin(), by_name_.end(), 0U);
  std::sort(by_name_.begin(), by_name_.end(), [this](std::uint32_t a, std::uint32_t b) {
    return std::tie(members_[a].name, a) < std::tie(members_[b].name, b);
  });
  check_names(members_, by_name_, anomalies_);
  check_members(members_, anomalies_);
  check_overlaps(members_, directory_offset_, anomalies_);
  sort_anomalies(anomalies_);
}

const ZipMember* ZipReader::find(std::string_view name) const {
  const auto after = std::upper_bound(by_name_.begin(), by_name_.end(), name,
                                      [this](std::string_view a, std::uint32_t b) { return a < members_[b].name; });
  if (after == by_name_.begin() || members_[*(after - 1)].name != name) {
    return nullptr;
  }
  return &members_[*(after - 1)];
}

std::uint64_t ZipReader::size_bytes() const { return source_->size_bytes(); }

Result<std::uint64_t> ZipReader::data_offset(const ZipMember& member) const {
  std::byte scratch[kLocalSize];
  WF_TRY_CONTEXT(const auto bytes, source_->read(member.header_offset, kLocalSize, scratch),
                 fmt::format("local header of {}", member.name));
  return data_offset(member, bytes);
}

Result<std::uint64_t> ZipReader::data_offset(const ZipMember& member, std::span<const std::byte> header) const {
  ByteCursor in(header, std::endian::little, "local file header");
  const std::uint32_t signature = in.u32();
  in.skip(22);
  const std::uint64_t name_size = in.u16();
  const std::uint64_t extra_size = in.u16();
  if (!in.ok()) {
    return in.error();
  }
  if (signature != kLocalSignature) {
    return fail(ErrorKind::invalid_data, "{}: local file header at {} has signature {:#010x}, {:#010x} is wanted",
                member.name, member.header_offset, signature, kLocalSignature);
  }
  const std::uint64_t offset = member.header_offset + kLocalSize + name_size + extra_size;
  if (!range_inside(offset, member.compressed_size, directory_offset_)) {
    return fail(ErrorKind::invalid_data, "{}: {} compressed bytes at {} reach past the central directory at {}",
                member.name, member.compressed_size, offset, directory_offset_);
  }
  return offset;
}

} // namespace wheelforge::zip
