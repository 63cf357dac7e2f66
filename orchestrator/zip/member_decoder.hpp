// From a member's packed bytes to its plain ones: libdeflate for what is there whole, ISA-L for what comes in pieces.
#pragma once

#include "orchestrator/base/error.hpp"
#include "orchestrator/zip/byte_source.hpp"
#include "orchestrator/zip/inflater.hpp"
#include "orchestrator/zip/window_inflate.hpp"
#include "orchestrator/zip/zip_member.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

struct inflate_state;
struct libdeflate_decompressor;

namespace wheelforge::zip {

/// The packed bytes of one member, piece by piece. Keeps a reference to the source; a piece is at most as
/// large as `scratch`.
class PackedInput {
public:
  PackedInput(const ByteSource& source, std::uint64_t offset, std::uint64_t size, std::span<std::byte> scratch)
      : source_(source), scratch_(scratch), offset_(offset), left_(size) {}

  [[nodiscard]] bool is_at_end() const { return left_ == 0; }
  /// The next piece, valid until the next call; empty at the end. Fails as the source does.
  [[nodiscard]] Result<std::span<const std::byte>> next();

private:
  const ByteSource& source_;
  std::span<std::byte> scratch_;
  std::uint64_t offset_;
  std::uint64_t left_;
};

/// Fails with invalid_data when the bytes do not have the member's CRC-32.
[[nodiscard]] Result<void> check_crc(const ZipMember& member, std::span<const std::byte> bytes);

/// Sends the bytes of a stored member on to the sink, until the end or until it has enough. Gives the number of bytes
/// sent. Fails as the source does, and with invalid_data on a wrong CRC (with CheckCrc::yes).
[[nodiscard]] Result<std::uint64_t> stream_stored(const ZipMember& member, PackedInput& input,
                                                  const Inflater::Sink& sink, CheckCrc check);

/// The state of both decoders, for any number of deflated members, one at a time. Every function fails as the source
/// does, and with invalid_data when the member does not inflate to exactly its stated size (as far as it is inflated).
class MemberDecoder {
public:
  MemberDecoder();
  ~MemberDecoder();
  MemberDecoder(const MemberDecoder&) = delete;
  MemberDecoder& operator=(const MemberDecoder&) = delete;

  /// Inflates all of the packed bytes at once into `room`, which has the member's size: the fastest way. Gives the
  /// room.
  [[nodiscard]] Result<std::span<const std::byte>>
  inflate_whole(const ZipMember& member, std::span<const std::byte> packed, std::span<std::byte> room);

  /// Inflates from pieces into `room`, by the letter: libdeflate takes the codes 286, 287 (length) and 30, 31
  /// (distance) for valid ones, which RFC 1951 §3.2.6 keeps out of compressed data and zlib, the decoder of installers,
  /// refuses. ISA-L refuses them too. The room has one byte more than the member, to see the end and not only reach it.
  [[nodiscard]] Result<std::span<const std::byte>> inflate_strict(const ZipMember& member, PackedInput& input,
                                                                  std::span<std::byte> room);

  /// Inflates only the first bytes, as many as there is room for (no more than the member has). Gives the room.
  [[nodiscard]] Result<std::span<const std::byte>> inflate_beginning(const ZipMember& member, PackedInput& input,
                                                                     std::span<std::byte> room);

  /// Sends the member's bytes to the sink, a room full at a time, until the end or until it has enough. Gives the
  /// number of bytes sent. Fails also on a wrong CRC (with CheckCrc::yes).
  [[nodiscard]] Result<std::uint64_t> stream_deflated(const ZipMember& member, PackedInput& input,
                                                      std::span<std::byte> room, const Inflater::Sink& sink,
                                                      CheckCrc check);

  /// The same by inflate_in_window(), the fast way for what is too large to be held; nothing, and nothing sent, where
  /// it cannot be gone.
  [[nodiscard]] std::optional<Result<std::uint64_t>> stream_in_window(const ZipMember& member, const PackedRange& range,
                                                                      const Inflater::Sink& sink, CheckCrc check);

private:
  libdeflate_decompressor* whole_;
  std::unique_ptr<inflate_state> pieces_;
};

} // namespace wheelforge::zip
