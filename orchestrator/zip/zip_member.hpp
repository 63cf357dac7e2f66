// One member of a ZIP archive as its central directory describes it.
#pragma once

#include <cstdint>
#include <string>

namespace wheelforge::zip {

/// The two compression methods that a wheel may use. Source: APPNOTE.TXT 6.3.10 §4.4.5.
inline constexpr std::uint16_t kStored = 0;
inline constexpr std::uint16_t kDeflated = 8;

/// General purpose flags. Source: APPNOTE.TXT 6.3.10 §4.4.4.
inline constexpr std::uint16_t kFlagEncrypted = 1U << 0U;
inline constexpr std::uint16_t kFlagDataDescriptor = 1U << 3U;
inline constexpr std::uint16_t kFlagUtf8 = 1U << 11U;

/// A time as MS-DOS writes it: local, in steps of two seconds, from 1980 to 2107.
struct DosTime {
  std::uint16_t date = 0x21; ///< 1980-01-01
  std::uint16_t time = 0;

  bool operator==(const DosTime&) const = default;

  /// The UTC time of SOURCE_DATE_EPOCH, clipped to what the format can say; odd seconds are rounded down.
  [[nodiscard]] static DosTime from_unix(std::int64_t seconds);
  /// Seconds since 1970, reading the fields as UTC; impossible fields (month 0, hour 31) count as their nearest value.
  [[nodiscard]] std::int64_t to_unix() const;
};

/// What the central directory says about a member, ZIP64 fields resolved. Nothing in it has been checked against the
/// local header yet; ZipReader's anomalies() and local_anomalies() say what is odd.
struct ZipMember {
  std::string name; ///< as written: may be hostile ("../x"), may hold any byte
  std::uint64_t compressed_size = 0;
  std::uint64_t size = 0;
  std::uint64_t header_offset = 0; ///< of the local header, from the start of the archive's bytes
  std::uint32_t crc32 = 0;
  std::uint32_t external_attributes = 0;
  std::uint16_t method = kStored;
  std::uint16_t flags = 0;
  DosTime modified;
  std::uint8_t made_by_system = 0; ///< 3 is Unix
  bool overlaps = false;           ///< shares bytes with another member or the directory: never read
  std::uint32_t index = 0;         ///< place in the central directory

  bool operator==(const ZipMember&) const = default;

  [[nodiscard]] bool is_directory() const { return !name.empty() && name.back() == '/'; }
  [[nodiscard]] bool is_encrypted() const { return (flags & kFlagEncrypted) != 0; }
  /// Mode bits with file type (0100755); 0 when the archive was not made on Unix or says nothing.
  [[nodiscard]] std::uint32_t unix_mode() const { return made_by_system == 3 ? external_attributes >> 16U : 0; }
  [[nodiscard]] bool is_symlink() const { return (unix_mode() & 0170000U) == 0120000U; }
  [[nodiscard]] bool is_executable() const { return (unix_mode() & 0111U) != 0; }
};

} // namespace wheelforge::zip
