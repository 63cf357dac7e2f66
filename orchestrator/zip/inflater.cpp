// Reading of members: which bytes are fetched into which memory, and which way of decoding takes them.
#include "orchestrator/zip/inflater.hpp"

#include "orchestrator/base/byte_cursor.hpp"
#include "orchestrator/zip/byte_source.hpp"
#include "orchestrator/zip/member_decoder.hpp"
#include "orchestrator/zip/records.hpp"
#include "orchestrator/zip/window_inflate.hpp"

#include <algorithm>

namespace wheelforge::zip {
namespace {

/// Memory that grows without keeping its contents and without being cleared.
class GrowingBuffer {
public:
  std::span<std::byte> room(std::uint64_t size) {
    if (size > capacity_) {
      const std::uint64_t wanted = std::max(size, std::min(capacity_ + capacity_ / 2, kWholeLimit));
      bytes_.reset(); // before the new block is there: never both at once
      bytes_ = std::make_unique_for_overwrite<std::byte[]>(static_cast<std::size_t>(wanted));
      capacity_ = wanted;
    }
    return {bytes_.get(), static_cast<std::size_t>(size)};
  }
  void release() {
    bytes_.reset();
    capacity_ = 0;
  }

private:
  std::unique_ptr<std::byte[]> bytes_;
  std::uint64_t capacity_ = 0;
};

constexpr std::size_t kStreamInput = 128U << 10U;
constexpr std::size_t kStreamOutput = 256U << 10U;
constexpr std::size_t kPeekInput = 512;
/// Members packed into more are inflated from pieces by ISA-L, which is slower than libdeflate on the whole: packed and
/// plain bytes together are to stay below 24 MiB where the plain are no more than 16, and below 96 MiB elsewhere.
constexpr std::uint64_t kUsualSize = std::uint64_t{16} << 20U;
constexpr std::uint64_t kUsualPacked = std::uint64_t{8} << 20U;
constexpr std::uint64_t kLargePacked = std::uint64_t{32} << 20U;

bool is_read_packed(const ZipMember& member) {
  return member.compressed_size <= (member.size <= kUsualSize ? kUsualPacked : kLargePacked);
}

/// Room for the extra field of a local header when header and data are read in one go; most have none.
constexpr std::uint64_t kUsualExtra = 64;

Result<void> check_own_bytes(const ZipMember& member) {
  if (member.overlaps) {
    return fail(ErrorKind::invalid_data, "{} shares bytes with another member or with the central directory",
                member.name);
  }
  return {};
}

Result<void> check_readable(const ZipMember& member) {
  if (member.is_encrypted()) {
    return fail(ErrorKind::invalid_data, "{} is encrypted", member.name);
  }
  if (member.method != kStored && member.method != kDeflated) {
    return fail(ErrorKind::invalid_data, "{} is compressed by method {}; 0 (stored) or 8 (deflated) is wanted",
                member.name, member.method);
  }
  if (member.method == kStored && member.size != member.compressed_size) {
    return fail(ErrorKind::invalid_data, "{} is stored in {} bytes, but said to be {} bytes long", member.name,
                member.compressed_size, member.size);
  }
  return check_own_bytes(member);
}

} // namespace

struct Inflater::State {
  MemberDecoder decoder;
  GrowingBuffer compressed;
  GrowingBuffer plain;
  std::byte peeked[64];

  Result<std::span<const std::byte>> fetch_raw(const ZipReader& archive, const ZipMember& member);
};

/// Local header and data in one read; a second one only when the local extra field is longer than usual.
Result<std::span<const std::byte>> Inflater::State::fetch_raw(const ZipReader& archive, const ZipMember& member) {
  const std::uint64_t end = archive.directory_offset();
  if (!range_inside(member.header_offset, kLocalSize, end)) {
    return fail(ErrorKind::invalid_data, "{}: its local header is said to be at {}, the central directory begins at {}",
                member.name, member.header_offset, end);
  }
  const std::uint64_t room = end - member.header_offset;
  if (member.compressed_size > room) {
    return fail(ErrorKind::invalid_data, "{}: {} compressed bytes behind {} reach past the central directory at {}",
                member.name, member.compressed_size, member.header_offset, end);
  }
  const std::uint64_t guess = std::min(room, kLocalSize + member.name.size() + kUsualExtra + member.compressed_size);
  const ByteSource& source = archive.source();
  WF_TRY_CONTEXT(const auto bytes, source.read(member.header_offset, guess, compressed.room(guess)), member.name);
  WF_TRY(const std::uint64_t offset, archive.data_offset(member, bytes));
  const std::uint64_t skip = offset - member.header_offset;
  if (range_inside(skip, member.compressed_size, bytes.size())) {
    return bytes.subspan(static_cast<std::size_t>(skip), static_cast<std::size_t>(member.compressed_size));
  }
  return source.read(offset, member.compressed_size, compressed.room(member.compressed_size));
}

Inflater::Inflater() : state_(std::make_unique<State>()) {}
Inflater::~Inflater() = default;
Inflater::Inflater(Inflater&&) noexcept = default;
Inflater& Inflater::operator=(Inflater&&) noexcept = default;

std::uint64_t Inflater::memory_for(const ZipMember& member, CheckCrc check) {
  const bool has_both = member.method == kDeflated && check == CheckCrc::no && is_read_packed(member);
  return member.size + (has_both ? member.compressed_size : 0);
}

Result<std::span<const std::byte>> Inflater::read(const ZipReader& archive, const ZipMember& member, CheckCrc check,
                                                  std::uint64_t limit) {
  WF_TRY_VOID(check_readable(member));
  if (member.size > limit) {
    return fail(ErrorKind::invalid_data, "{} has {} bytes, at most {} are read whole", member.name, member.size, limit);
  }
  if (member.compressed_size > limit) {
    return fail(ErrorKind::invalid_data, "{} has {} bytes packed into {}, at most {} are read whole", member.name,
                member.size, member.compressed_size, limit);
  }
  std::span<const std::byte> bytes;
  if (member.method == kDeflated && (check == CheckCrc::yes || !is_read_packed(member))) {
    WF_TRY(const std::uint64_t offset, archive.data_offset(member));
    PackedInput input(archive.source(), offset, member.compressed_size, state_->compressed.room(kStreamInput));
    WF_TRY(bytes, state_->decoder.inflate_strict(member, input, state_->plain.room(member.size + 1)));
  } else {
    WF_TRY(bytes, state_->fetch_raw(archive, member));
    if (member.method == kDeflated) {
      WF_TRY(bytes, state_->decoder.inflate_whole(member, bytes, state_->plain.room(member.size)));
    }
  }
  if (check == CheckCrc::yes) {
    WF_TRY_VOID(check_crc(member, bytes));
  }
  return bytes;
}

Result<std::uint64_t> Inflater::stream(const ZipReader& archive, const ZipMember& member, const Sink& sink,
                                       CheckCrc check) {
  WF_TRY_VOID(check_readable(member));
  WF_TRY(const std::uint64_t offset, archive.data_offset(member));
  if (member.method == kDeflated && member.size > kWholeLimit && check == CheckCrc::no) {
    const PackedRange range{archive.source(), offset, member.compressed_size, member.size};
    if (auto sent = state_->decoder.stream_in_window(member, range, sink, check)) {
      return *std::move(sent);
    }
  }
  PackedInput input(archive.source(), offset, member.compressed_size, state_->compressed.room(kStreamInput));
  if (member.method == kStored) {
    return stream_stored(member, input, sink, check);
  }
  return state_->decoder.stream_deflated(member, input, state_->plain.room(kStreamOutput), sink, check);
}

Result<std::span<const std::byte>> Inflater::peek(const ZipReader& archive, const ZipMember& member,
                                                  std::size_t count) {
  WF_TRY_VOID(check_readable(member));
  count = static_cast<std::size_t>(std::min<std::uint64_t>({count, member.size, sizeof state_->peeked}));
  if (count == 0) {
    return std::span<const std::byte>();
  }
  WF_TRY(const std::uint64_t offset, archive.data_offset(member));
  PackedInput input(archive.source(), offset, member.compressed_size, state_->compressed.room(kPeekInput));
  if (member.method == kDeflated) {
    return state_->decoder.inflate_beginning(member, input, std::span(state_->peeked).first(count));
  }
  WF_TRY(const auto bytes, input.next());
  return bytes.first(count);
}

Result<std::span<const std::byte>> Inflater::read_raw(const ZipReader& archive, const ZipMember& member) {
  WF_TRY_VOID(check_own_bytes(member));
  return state_->fetch_raw(archive, member);
}

void Inflater::release() {
  state_->compressed.release();
  state_->plain.release();
}

} // namespace wheelforge::zip
