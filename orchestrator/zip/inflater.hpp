// Reads members: whole into reused memory (libdeflate), as a stream that may stop early (ISA-L, or libdeflate in a
// window), or raw.
#pragma once

#include "orchestrator/base/error.hpp"
#include "orchestrator/zip/zip_member.hpp"
#include "orchestrator/zip/zip_reader.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

namespace wheelforge::zip {

/// Whether the bytes of a member are held against its CRC-32. A stream that stops early cannot be checked.
/// With it a member must also be deflated by the letter: without, libdeflate lets a few codes pass that zlib and ISA-L
/// refuse, in members that are read whole and in those above kWholeLimit.
enum class CheckCrc : std::uint8_t { no, yes };

/// What the consumer of a stream answers to a piece.
enum class Flow : std::uint8_t { more, enough };

/// The largest member that read() inflates whole; above it use stream().
inline constexpr std::uint64_t kWholeLimit = std::uint64_t{64} << 20U;

/// Decoder state and memory for reading members: one a thread, for any number of archives. Memory grows to the largest
/// member that was read whole and stays until release() or the end.
class Inflater {
public:
  Inflater();
  ~Inflater();
  Inflater(Inflater&&) noexcept;
  Inflater& operator=(Inflater&&) noexcept;

  /// The member's bytes, valid until the next call. Fails with invalid_data when it is encrypted, of an unknown method,
  /// larger than `limit` (packed or not), does not inflate to exactly its stated size, or (with CheckCrc::yes) has a
  /// wrong CRC.
  [[nodiscard]] Result<std::span<const std::byte>> read(const ZipReader& archive, const ZipMember& member,
                                                        CheckCrc check = CheckCrc::no,
                                                        std::uint64_t limit = kWholeLimit);

  /// Bytes of memory that read() takes for a member.
  [[nodiscard]] static std::uint64_t memory_for(const ZipMember& member, CheckCrc check = CheckCrc::no);

  /// Takes a piece of a member; pieces come in order and are valid only during the call.
  using Sink = std::function<Flow(std::span<const std::byte>)>;
  /// Sends the member's bytes to the sink piece by piece in constant memory (under 5 MiB), until the end or until the
  /// sink has enough. Gives the number of bytes sent. Fails like read(), but for the size limit.
  [[nodiscard]] Result<std::uint64_t> stream(const ZipReader& archive, const ZipMember& member, const Sink& sink,
                                             CheckCrc check = CheckCrc::no);

  /// The first bytes of a member (at most 64, fewer when it is shorter), valid until the next call: cheap enough to ask
  /// every member what it is.
  [[nodiscard]] Result<std::span<const std::byte>> peek(const ZipReader& archive, const ZipMember& member,
                                                        std::size_t count);

  /// The compressed bytes as they stand in the archive, valid until the next call.
  [[nodiscard]] Result<std::span<const std::byte>> read_raw(const ZipReader& archive, const ZipMember& member);

  /// Gives the memory back.
  void release();

private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace wheelforge::zip
