// Builds ZIP archives byte by byte, honest or lying. Shares no code with orchestrator/zip.
#pragma once

#include "tests/support/byte_writer.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace wheelforge::support {

/// One member as it shall stand in the archive. What is empty is filled in honestly.
struct ZipEntry {
  std::string name;
  std::string data; ///< before compression
  bool deflate = false;
  std::uint32_t unix_mode = 0100644;
  std::optional<std::string> packed; ///< compressed bytes to write instead of the right ones
  std::optional<std::uint16_t> method;
  std::uint16_t flags = 0;
  std::optional<std::string> local_name;
  std::optional<std::uint32_t> crc;
  std::optional<std::uint64_t> size; ///< in both headers
  std::optional<std::uint64_t> compressed_size;
  std::optional<std::uint64_t> local_size; ///< in the local header alone
  std::optional<std::uint64_t> header_offset;
  std::string local_extra;
  std::string central_extra;
  std::string comment;
  enum class Descriptor { none, with_signature, bare, wide } descriptor = Descriptor::none;
  bool zip64 = false; ///< sizes and offset in a ZIP64 extra field
  bool listed = true; ///< false: a local header that the directory does not have
  std::uint16_t made_by = 3U << 8U | 20U;
};

/// A whole archive.
struct ZipSpec {
  std::vector<ZipEntry> entries;
  std::string before;       ///< bytes in front of everything
  bool count_before = true; ///< offsets count the bytes in front
  std::string gap;          ///< between members and directory
  std::string comment;
  std::string after;
  bool zip64_end = false;
  std::optional<std::uint64_t> count;
  std::optional<std::uint64_t> directory_offset;
  std::optional<std::uint64_t> directory_size;
};

/// The archive's bytes.
[[nodiscard]] Bytes build_zip(const ZipSpec& spec);
/// Deflates with libdeflate.
[[nodiscard]] std::string deflated(const std::string& data);
/// A raw deflate stream of `megabytes` zero megabytes, about a thousandth of that in size.
[[nodiscard]] std::string deflated_zeros(unsigned megabytes);

} // namespace wheelforge::support
