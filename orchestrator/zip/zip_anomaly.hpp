// What is odd about an archive: data for a report, not an error. Each kind is something that unzippers read
// differently.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace wheelforge::zip {

/// The kinds of oddity. Those above `leading_bytes` come from the central directory alone (ZipReader::anomalies), the
/// others need the local headers (ZipReader::local_anomalies). PyPI refuses every one of them except where noted.
/// Source: pypi/warehouse utils/zipfiles.py (2026-08).
enum class AnomalyKind : std::uint8_t {
  duplicate_name,        ///< two members have one name
  unsafe_name,           ///< absolute, with "..", a drive letter, a backslash, or empty
  control_character,     ///< a byte below 0x20 or 0x7f in a name
  name_not_utf8,         ///< a name that is not UTF-8
  name_case_clash,       ///< two names differ only in case (PyPI accepts; unpacks badly on some systems)
  file_is_directory,     ///< "a" is a file and "a/b" exists too (PyPI accepts)
  symlink,               ///< a symbolic link (PyPI accepts; installers write it as a file)
  encrypted,             ///< the member cannot be read
  unknown_method,        ///< neither stored nor deflated
  stored_size_mismatch,  ///< stored, but compressed size and size differ
  excessive_ratio,       ///< more than 64 MiB that shrank to less than 1/50
  member_comment,        ///< a comment in a central directory entry
  archive_comment,       ///< a comment at the end of the archive
  bad_extra_field,       ///< extra fields cut off, ZIP64 field of a wrong length, or one given twice
  multi_disk,            ///< disk numbers other than zero
  count_mismatch,        ///< the end record counts other members than the directory has
  zip64_mismatch,        ///< the ZIP64 end record disagrees with the end record, or is not 44 bytes long
  overlap,               ///< two members share bytes, or a member reaches into the directory
  gap,                   ///< bytes that belong to no member
  data_descriptor,       ///< sizes stand behind the data
  trailing_bytes,        ///< bytes after the end record
  leading_bytes,         ///< bytes before the first local header
  local_name_mismatch,   ///< local and central header give different names
  local_size_mismatch,   ///< … different sizes or CRC
  local_method_mismatch, ///< … different methods or flags
  hidden_local_header,   ///< a local header that the central directory does not list, seen in a gap
  also_tar,              ///< the file is a tar archive too
};

/// One oddity, with the member it concerns.
struct Anomaly {
  AnomalyKind kind{};
  std::string member; ///< the name as written; empty when it concerns the whole archive
  std::string detail; ///< one lower-case sentence with the values seen

  bool operator==(const Anomaly&) const = default;
};

/// The kind as reports spell it: "duplicate-name".
[[nodiscard]] std::string_view to_string(AnomalyKind kind);

} // namespace wheelforge::zip
