// Reading of members: pread, then libdeflate for whole members and ISA-L for streams.
#include "orchestrator/zip/inflater.hpp"

#include "orchestrator/base/byte_cursor.hpp"
#include "orchestrator/zip/byte_source.hpp"
#include "orchestrator/zip/records.hpp"
#include "orchestrator/zip/window_inflate.hpp"

#include <isa-l/igzip_lib.h>
#include <libdeflate.h>

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

std::uint8_t* bytes_of(std::span<const std::byte> bytes) {
  // ISA-L takes its input through a pointer to non-const and leaves it alone.
  return reinterpret_cast<std::uint8_t*>(const_cast<std::byte*>(bytes.data()));
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
  if (member.overlaps) {
    return fail(ErrorKind::invalid_data, "{} shares bytes with another member or with the central directory",
                member.name);
  }
  return {};
}

tl::unexpected<Error> wrong_crc(const ZipMember& member, std::uint32_t seen) {
  return fail(ErrorKind::invalid_data, "{} has CRC {:08x}, {:08x} is wanted", member.name, seen, member.crc32);
}

tl::unexpected<Error> bad_deflate(const ZipMember& member, std::uint64_t done, std::string_view why) {
  return fail(ErrorKind::invalid_data, "{} does not inflate: {} after {} of {} bytes", member.name, why, done,
              member.size);
}

/// The compressed bytes of one member, piece by piece.
class CompressedInput {
public:
  CompressedInput(const ByteSource& source, std::uint64_t offset, std::uint64_t size, std::span<std::byte> scratch)
      : source_(source), scratch_(scratch), offset_(offset), left_(size) {}

  [[nodiscard]] bool is_at_end() const { return left_ == 0; }
  Result<std::span<const std::byte>> next() {
    const std::uint64_t size = std::min<std::uint64_t>(left_, scratch_.size());
    WF_TRY(const auto bytes, source_.read(offset_, size, scratch_));
    offset_ += size;
    left_ -= size;
    return bytes;
  }

private:
  const ByteSource& source_;
  std::span<std::byte> scratch_;
  std::uint64_t offset_;
  std::uint64_t left_;
};

/// Passes pieces on to the sink, counts them, and takes their CRC when asked to.
class SinkEnd {
public:
  SinkEnd(const Inflater::Sink& sink, CheckCrc check) : sink_(sink), check_(check) {}

  Flow send(std::span<const std::byte> piece) {
    if (piece.empty()) {
      return flow_;
    }
    if (check_ == CheckCrc::yes) {
      crc_ = libdeflate_crc32(crc_, piece.data(), piece.size());
    }
    sent_ += piece.size();
    flow_ = sink_(piece);
    return flow_;
  }
  [[nodiscard]] std::uint64_t sent() const { return sent_; }
  [[nodiscard]] bool has_enough() const { return flow_ == Flow::enough; }
  Result<std::uint64_t> finish(const ZipMember& member) const {
    if (check_ == CheckCrc::yes && sent_ == member.size && crc_ != member.crc32) {
      return wrong_crc(member, crc_);
    }
    return sent_;
  }

private:
  const Inflater::Sink& sink_;
  CheckCrc check_;
  std::uint64_t sent_ = 0;
  std::uint32_t crc_ = 0;
  Flow flow_ = Flow::more;
};

Result<std::uint64_t> stream_stored(const ZipMember& member, CompressedInput& input, SinkEnd& out) {
  while (!input.is_at_end() && !out.has_enough()) {
    WF_TRY(const auto piece, input.next());
    static_cast<void>(out.send(piece));
  }
  return out.finish(member);
}

} // namespace

struct Inflater::State {
  libdeflate_decompressor* whole = libdeflate_alloc_decompressor();
  std::unique_ptr<inflate_state> stream = std::make_unique<inflate_state>();
  GrowingBuffer compressed;
  GrowingBuffer plain;
  std::byte peeked[64];

  State() { WF_CHECK(whole != nullptr); }
  ~State() { libdeflate_free_decompressor(whole); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  Result<std::span<const std::byte>> fetch_raw(const ZipReader& archive, const ZipMember& member);
  Result<std::uint64_t> stream_deflated(const ZipMember& member, CompressedInput& input, SinkEnd& out);
  std::optional<Result<std::uint64_t>> stream_in_window(const ZipMember& member, const PackedRange& range,
                                                        SinkEnd& out);
  Result<std::span<const std::byte>> peek_deflated(const ZipMember& member, CompressedInput& input, std::size_t count);
  Result<std::span<const std::byte>> inflate_whole(const ZipMember& member, std::span<const std::byte> raw);
  Result<std::span<const std::byte>> inflate_strict(const ZipMember& member, CompressedInput& input);
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

Result<std::uint64_t> Inflater::State::stream_deflated(const ZipMember& member, CompressedInput& input, SinkEnd& out) {
  inflate_state& state = *stream;
  isal_inflate_init(&state);
  const std::span<std::byte> room = plain.room(kStreamOutput);
  state.avail_in = 0;
  while (!out.has_enough()) {
    if (state.avail_in == 0 && !input.is_at_end()) {
      WF_TRY(const auto piece, input.next());
      state.next_in = bytes_of(piece);
      state.avail_in = static_cast<std::uint32_t>(piece.size());
    }
    state.next_out = bytes_of(room);
    state.avail_out = static_cast<std::uint32_t>(room.size());
    const std::uint32_t input_before = state.avail_in;
    const int status = isal_inflate(&state);
    if (status != ISAL_DECOMP_OK) {
      return bad_deflate(member, out.sent(), "invalid data");
    }
    const auto made = room.first(room.size() - state.avail_out);
    if (made.size() > member.size - out.sent()) {
      return bad_deflate(member, out.sent(), "there is more data than the stated size");
    }
    static_cast<void>(out.send(made));
    const bool finished = state.block_state == ISAL_BLOCK_FINISH;
    if (finished && made.size() < room.size()) {
      break;
    }
    if (made.empty() && state.avail_in == input_before && input.is_at_end()) {
      return bad_deflate(member, out.sent(), "the compressed data ends");
    }
  }
  if (!out.has_enough() && out.sent() != member.size) {
    return bad_deflate(member, out.sent(), "the compressed data ends");
  }
  return out.finish(member);
}

/// The fast way for what is too large to be held; nothing where it cannot be gone.
std::optional<Result<std::uint64_t>> Inflater::State::stream_in_window(const ZipMember& member,
                                                                       const PackedRange& range, SinkEnd& out) {
  auto inflated = inflate_in_window(whole, range,
                                    [&out](std::span<const std::byte> piece) { return out.send(piece) == Flow::more; });
  if (!inflated) {
    return std::nullopt;
  }
  if (!*inflated) {
    return tl::unexpected(with_context(std::move(*inflated).error(), member.name));
  }
  using End = WindowResult::End;
  switch ((*inflated)->end) {
  case End::done:
  case End::stopped:
    break;
  case End::invalid_data:
    return bad_deflate(member, out.sent(), "invalid data");
  case End::too_much_data:
    return bad_deflate(member, out.sent(), "there is more data than the stated size");
  case End::too_little_data:
    return bad_deflate(member, out.sent(), "the compressed data ends");
  }
  return out.finish(member);
}

Result<std::span<const std::byte>> Inflater::State::peek_deflated(const ZipMember& member, CompressedInput& input,
                                                                  std::size_t count) {
  inflate_state& state = *stream;
  isal_inflate_init(&state);
  state.next_out = reinterpret_cast<std::uint8_t*>(peeked);
  state.avail_out = static_cast<std::uint32_t>(count);
  while (state.avail_out > 0 && state.block_state != ISAL_BLOCK_FINISH && !input.is_at_end()) {
    WF_TRY(const auto piece, input.next());
    state.next_in = bytes_of(piece);
    state.avail_in = static_cast<std::uint32_t>(piece.size());
    if (isal_inflate(&state) != ISAL_DECOMP_OK) {
      return bad_deflate(member, count - state.avail_out, "invalid data");
    }
  }
  if (state.avail_out > 0) {
    return bad_deflate(member, count - state.avail_out, "the compressed data ends");
  }
  return std::span<const std::byte>(peeked, count);
}

Result<std::span<const std::byte>> Inflater::State::inflate_whole(const ZipMember& member,
                                                                  std::span<const std::byte> raw) {
  const std::span<std::byte> room = plain.room(member.size);
  std::size_t made = 0;
  const libdeflate_result result =
      libdeflate_deflate_decompress(whole, raw.data(), raw.size(), room.data(), room.size(), &made);
  if (result == LIBDEFLATE_INSUFFICIENT_SPACE) {
    return bad_deflate(member, member.size, "there is more data than the stated size");
  }
  if (result != LIBDEFLATE_SUCCESS) {
    return bad_deflate(member, 0, "invalid data");
  }
  if (made != member.size) {
    return bad_deflate(member, made, "the compressed data ends");
  }
  return room;
}

/// libdeflate takes the codes 286, 287 (length) and 30, 31 (distance) for valid ones, which RFC 1951 §3.2.6 keeps out
/// of compressed data and zlib, the decoder of installers, refuses. ISA-L refuses them too.
Result<std::span<const std::byte>> Inflater::State::inflate_strict(const ZipMember& member, CompressedInput& input) {
  const std::span<std::byte> room = plain.room(member.size + 1); // one more, to see the end and not only reach it
  inflate_state& state = *stream;
  isal_inflate_init(&state);
  state.avail_in = 0;
  state.next_out = bytes_of(room);
  state.avail_out = static_cast<std::uint32_t>(room.size());
  const auto made = [&] { return room.size() - state.avail_out; };
  while (state.block_state != ISAL_BLOCK_FINISH && state.avail_out > 0) {
    if (state.avail_in == 0 && !input.is_at_end()) {
      WF_TRY(const auto piece, input.next());
      state.next_in = bytes_of(piece);
      state.avail_in = static_cast<std::uint32_t>(piece.size());
    }
    const std::uint32_t input_before = state.avail_in;
    const std::uint32_t room_before = state.avail_out;
    if (isal_inflate(&state) != ISAL_DECOMP_OK) {
      return bad_deflate(member, made(), "invalid data");
    }
    const bool is_stuck = state.avail_in == input_before && state.avail_out == room_before;
    if (is_stuck && input.is_at_end() && state.block_state != ISAL_BLOCK_FINISH) {
      return bad_deflate(member, made(), "the compressed data ends");
    }
  }
  if (made() > member.size) {
    return bad_deflate(member, member.size, "there is more data than the stated size");
  }
  if (made() != member.size) {
    return bad_deflate(member, made(), "the compressed data ends");
  }
  return room.first(static_cast<std::size_t>(member.size));
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
    CompressedInput input(archive.source(), offset, member.compressed_size, state_->compressed.room(kStreamInput));
    WF_TRY(bytes, state_->inflate_strict(member, input));
  } else {
    WF_TRY(bytes, state_->fetch_raw(archive, member));
    if (member.method == kDeflated) {
      WF_TRY(bytes, state_->inflate_whole(member, bytes));
    }
  }
  if (check == CheckCrc::yes) {
    const std::uint32_t crc = libdeflate_crc32(0, bytes.data(), bytes.size());
    if (crc != member.crc32) {
      return wrong_crc(member, crc);
    }
  }
  return bytes;
}

Result<std::uint64_t> Inflater::stream(const ZipReader& archive, const ZipMember& member, const Sink& sink,
                                       CheckCrc check) {
  WF_TRY_VOID(check_readable(member));
  WF_TRY(const std::uint64_t offset, archive.data_offset(member));
  SinkEnd out(sink, check);
  if (member.method == kDeflated && member.size > kWholeLimit && check == CheckCrc::no) {
    const PackedRange range{archive.source(), offset, member.compressed_size, member.size};
    if (auto sent = state_->stream_in_window(member, range, out)) {
      return *std::move(sent);
    }
  }
  CompressedInput input(archive.source(), offset, member.compressed_size, state_->compressed.room(kStreamInput));
  return member.method == kStored ? stream_stored(member, input, out) : state_->stream_deflated(member, input, out);
}

Result<std::span<const std::byte>> Inflater::peek(const ZipReader& archive, const ZipMember& member,
                                                  std::size_t count) {
  WF_TRY_VOID(check_readable(member));
  count = static_cast<std::size_t>(std::min<std::uint64_t>({count, member.size, sizeof state_->peeked}));
  if (count == 0) {
    return std::span<const std::byte>();
  }
  WF_TRY(const std::uint64_t offset, archive.data_offset(member));
  CompressedInput input(archive.source(), offset, member.compressed_size, state_->compressed.room(kPeekInput));
  if (member.method == kDeflated) {
    return state_->peek_deflated(member, input, count);
  }
  WF_TRY(const auto bytes, input.next());
  return bytes.first(count);
}

Result<std::span<const std::byte>> Inflater::read_raw(const ZipReader& archive, const ZipMember& member) {
  if (member.overlaps) {
    return fail(ErrorKind::invalid_data, "{} shares bytes with another member or with the central directory",
                member.name);
  }
  return state_->fetch_raw(archive, member);
}

void Inflater::release() {
  state_->compressed.release();
  state_->plain.release();
}

} // namespace wheelforge::zip
