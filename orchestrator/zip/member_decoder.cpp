// The calls of libdeflate and ISA-L, and what their answers mean for a member.
#include "orchestrator/zip/member_decoder.hpp"

#include <isa-l/igzip_lib.h>
#include <libdeflate.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace wheelforge::zip {
namespace {

std::uint8_t* bytes_of(std::span<const std::byte> bytes) {
  // ISA-L takes its input through a pointer to non-const and leaves it alone.
  return reinterpret_cast<std::uint8_t*>(const_cast<std::byte*>(bytes.data()));
}

tl::unexpected<Error> wrong_crc(const ZipMember& member, std::uint32_t seen) {
  return fail(ErrorKind::invalid_data, "{} has CRC {:08x}, {:08x} is wanted", member.name, seen, member.crc32);
}

tl::unexpected<Error> bad_deflate(const ZipMember& member, std::uint64_t done, std::string_view why) {
  return fail(ErrorKind::invalid_data, "{} does not inflate: {} after {} of {} bytes", member.name, why, done,
              member.size);
}

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

} // namespace

Result<std::span<const std::byte>> PackedInput::next() {
  const std::uint64_t size = std::min<std::uint64_t>(left_, scratch_.size());
  WF_TRY(const auto bytes, source_.read(offset_, size, scratch_));
  offset_ += size;
  left_ -= size;
  return bytes;
}

Result<void> check_crc(const ZipMember& member, std::span<const std::byte> bytes) {
  const std::uint32_t crc = libdeflate_crc32(0, bytes.data(), bytes.size());
  return crc == member.crc32 ? Result<void>() : wrong_crc(member, crc);
}

Result<std::uint64_t> stream_stored(const ZipMember& member, PackedInput& input, const Inflater::Sink& sink,
                                    CheckCrc check) {
  SinkEnd out(sink, check);
  while (!input.is_at_end() && !out.has_enough()) {
    WF_TRY(const auto piece, input.next());
    static_cast<void>(out.send(piece));
  }
  return out.finish(member);
}

MemberDecoder::MemberDecoder() : whole_(libdeflate_alloc_decompressor()), pieces_(std::make_unique<inflate_state>()) {
  WF_CHECK(whole_ != nullptr);
}

MemberDecoder::~MemberDecoder() { libdeflate_free_decompressor(whole_); }

Result<std::span<const std::byte>>
MemberDecoder::inflate_whole(const ZipMember& member, std::span<const std::byte> packed, std::span<std::byte> room) {
  std::size_t made = 0;
  const libdeflate_result result =
      libdeflate_deflate_decompress(whole_, packed.data(), packed.size(), room.data(), room.size(), &made);
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

Result<std::span<const std::byte>> MemberDecoder::inflate_strict(const ZipMember& member, PackedInput& input,
                                                                 std::span<std::byte> room) {
  inflate_state& state = *pieces_;
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

Result<std::span<const std::byte>> MemberDecoder::inflate_beginning(const ZipMember& member, PackedInput& input,
                                                                    std::span<std::byte> room) {
  inflate_state& state = *pieces_;
  isal_inflate_init(&state);
  state.next_out = bytes_of(room);
  state.avail_out = static_cast<std::uint32_t>(room.size());
  while (state.avail_out > 0 && state.block_state != ISAL_BLOCK_FINISH && !input.is_at_end()) {
    WF_TRY(const auto piece, input.next());
    state.next_in = bytes_of(piece);
    state.avail_in = static_cast<std::uint32_t>(piece.size());
    if (isal_inflate(&state) != ISAL_DECOMP_OK) {
      return bad_deflate(member, room.size() - state.avail_out, "invalid data");
    }
  }
  if (state.avail_out > 0) {
    return bad_deflate(member, room.size() - state.avail_out, "the compressed data ends");
  }
  return room;
}

Result<std::uint64_t> MemberDecoder::stream_deflated(const ZipMember& member, PackedInput& input,
                                                     std::span<std::byte> room, const Inflater::Sink& sink,
                                                     CheckCrc check) {
  SinkEnd out(sink, check);
  inflate_state& state = *pieces_;
  isal_inflate_init(&state);
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

std::optional<Result<std::uint64_t>> MemberDecoder::stream_in_window(const ZipMember& member, const PackedRange& range,
                                                                     const Inflater::Sink& sink, CheckCrc check) {
  SinkEnd out(sink, check);
  auto inflated = inflate_in_window(whole_, range,
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

} // namespace wheelforge::zip
