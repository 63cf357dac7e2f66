// Finds where an archive's central directory is. Private to this module.
#pragma once

#include "orchestrator/base/error.hpp"
#include "orchestrator/zip/byte_source.hpp"
#include "orchestrator/zip/zip_anomaly.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace wheelforge::zip {

/// What the end records say, made absolute.
struct EndOfArchive {
  std::uint64_t directory_offset = 0; ///< absolute, after the shift
  std::uint64_t directory_size = 0;
  std::uint64_t count = 0;
  std::uint64_t shift = 0; ///< bytes before the archive that its own offsets do not count
  std::string comment;
  std::vector<Anomaly> anomalies;
};

/// Looks for the last end record in the last 64 KiB, as Python's zipfile does, and follows it (and the ZIP64 records)
/// to the directory. Fails with invalid_data when there is none or it points nowhere.
[[nodiscard]] Result<EndOfArchive> find_end(const ByteSource& source);

} // namespace wheelforge::zip
