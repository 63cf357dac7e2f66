// RECORD: the list of a wheel's files with their hashes and sizes (PEP 376, PEP 427).
#pragma once

#include "orchestrator/base/error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::wheel {

/// One line of RECORD.
struct RecordEntry {
  std::string path;      ///< as written, with forward slashes
  std::string algorithm; ///< "sha256"; empty where no hash is given
  std::string digest;    ///< URL-safe base64 without padding, as written
  std::optional<std::uint64_t> size;

  bool operator==(const RecordEntry&) const = default;
};

/// The lines of RECORD in their order, duplicates included.
struct Record {
  std::vector<RecordEntry> entries;
  bool has_blank_line = false; ///< tools differ: pip skips such a line, auditwheel stops with a traceback

  bool operator==(const Record&) const = default;

  /// The last entry of that path; nullptr where there is none.
  [[nodiscard]] const RecordEntry* find(std::string_view path) const;
};

/// Reads CSV as Python's csv module does (quoted fields, doubled quotes, LF or CRLF; a field of a quote may span
/// lines). Fails (kind invalid_data) with the line number on a row without a path or of more than three fields, on a
/// size that is not a number, on a hash without "=", and on a quote that is never closed.
[[nodiscard]] Result<Record> parse_record(std::string_view text);

/// The first field of each row, also of a RECORD that parse_record() refuses for its other fields; an empty line gives
/// an empty path. Ends at a quote that is never closed.
[[nodiscard]] std::vector<std::string> record_paths(std::string_view text);

/// One CSV row as wheel tools write it: "path,sha256=digest,size\n", quoted where a comma, quote or newline needs it.
[[nodiscard]] std::string to_string(const RecordEntry& entry);

} // namespace wheelforge::wheel
