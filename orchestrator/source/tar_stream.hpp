// A tar stream made from files of this machine as it is read: nothing is copied first.
#pragma once

#include "orchestrator/host/process_runner.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace wheelforge::source {

/// One member of the stream.
struct TarEntry {
  enum class Type { file, executable, symlink, folder };
  std::string name; ///< '/' between parts; of any length
  Type type = Type::file;
  std::uint64_t size_bytes = 0; ///< of a file, as announced in its header
  std::filesystem::path origin; ///< where the bytes, or the link, are

  bool operator==(const TarEntry&) const = default;
};

/// The entries as a POSIX pax archive in their order: owner 0:0, modes 0644 and 0755, one time for all (seconds since
/// 1970). The same entries with the same bytes give the same stream. A file that is gone or has another size when its
/// turn comes is an error that names it. Source: POSIX.1-2017 pax §pax Interchange Format.
[[nodiscard]] host::ByteProducer tar_stream(std::vector<TarEntry> entries, std::int64_t time);

} // namespace wheelforge::source
