// The records that ZIP is made of, read out of bytes. Private to this module.
#pragma once

#include "orchestrator/base/error.hpp"
#include "orchestrator/zip/zip_member.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace wheelforge::zip {

/// Signatures and fixed sizes. Source: APPNOTE.TXT 6.3.10 §4.3.
inline constexpr std::uint32_t kLocalSignature = 0x04034b50;
inline constexpr std::uint32_t kCentralSignature = 0x02014b50;
inline constexpr std::uint32_t kDescriptorSignature = 0x08074b50;
inline constexpr std::uint32_t kEndSignature = 0x06054b50;
inline constexpr std::uint32_t kEnd64Signature = 0x06064b50;
inline constexpr std::uint32_t kEnd64LocatorSignature = 0x07064b50;
inline constexpr std::size_t kLocalSize = 30;
inline constexpr std::size_t kCentralSize = 46;
inline constexpr std::size_t kEndSize = 22;
inline constexpr std::size_t kEnd64Size = 56;
inline constexpr std::size_t kEnd64LocatorSize = 20;
inline constexpr std::uint32_t kSaturated32 = 0xffffffff;
inline constexpr std::uint16_t kSaturated16 = 0xffff;

/// End of central directory, classic or ZIP64.
struct EndRecord {
  std::uint64_t disk = 0;
  std::uint64_t directory_disk = 0;
  std::uint64_t count_here = 0;
  std::uint64_t count = 0;
  std::uint64_t directory_size = 0;
  std::uint64_t directory_offset = 0;
  std::uint64_t record_size = 0; ///< ZIP64: the "size of this record" field, 44 as everyone writes it
};

/// Reads a classic end record from bytes that begin with its signature; the comment is not part of it.
[[nodiscard]] Result<EndRecord> read_end(std::span<const std::byte> bytes);
/// Reads a ZIP64 end record likewise.
[[nodiscard]] Result<EndRecord> read_end64(std::span<const std::byte> bytes);
/// The offset of the ZIP64 end record that a locator names; nothing when the bytes are no locator.
[[nodiscard]] std::optional<std::uint64_t> read_end64_locator(std::span<const std::byte> bytes);

/// One entry of the central directory, or one local header, with ZIP64 sizes put in place.
struct HeaderRecord {
  ZipMember member;
  std::uint64_t disk = 0;
  std::uint16_t version_needed = 0;
  std::uint16_t comment_size = 0;
  std::size_t record_size = 0; ///< bytes from the signature to the end of the comment or extra field
  std::string extra_problem;   ///< what is wrong with the extra field; empty when nothing is
};

/// Reads the central directory entry that the bytes begin with.
[[nodiscard]] Result<HeaderRecord> read_central(std::span<const std::byte> bytes);
/// Reads the local header that the bytes begin with; they hold its name and extra field too.
[[nodiscard]] Result<HeaderRecord> read_local(std::span<const std::byte> bytes);

} // namespace wheelforge::zip
