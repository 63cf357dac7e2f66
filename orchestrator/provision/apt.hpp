// Debian packages by APT, in a configuration of its own: which ones a part is, and their bytes.
#pragma once

#include "orchestrator/provision/provision.hpp"

namespace wheelforge::provision {

/// The packages that the part wants, with everything they depend on, without what the image has. Fails (kind temporary)
/// where the archive does not answer, not_found where it answers and has not all of them, with what is unmet.
[[nodiscard]] Result<std::vector<toolchain::LockedPart>>
resolve_packages(const Doors& doors, const toolchain::Part& part, tags::Architecture arch, std::stop_token stop);

/// Puts the locked packages into the folder.
[[nodiscard]] Result<void> download_packages(const Doors& doors, const std::vector<toolchain::LockedPart>& parts,
                                             tags::Architecture arch, const std::filesystem::path& folder,
                                             std::stop_token stop);

/// Why apt-get failed, by what it wrote in the C locale.
struct AptFailure {
  ErrorKind kind = ErrorKind::temporary; ///< not_found: the archive answers, and has not what is wanted
  std::string seen;                      ///< its error, or the first dependency that is unmet; empty: nothing known
  std::string hint;
};
[[nodiscard]] AptFailure read_apt_failure(std::string_view out, std::string_view err);

/// Reads one line of `apt-get --print-uris` with Acquire::ForceHash=sha256: "'ADDRESS' FILE SIZE SHA256:HEX". Nothing
/// where the line is another. The address stands in `from`.
[[nodiscard]] std::optional<toolchain::LockedPart> parse_apt_line(std::string_view line);

/// The archive in one line of `apt-get --print-uris update`: "'ADDRESS/debian/dists/…' FILE SIZE" → "ADDRESS/debian".
/// Nothing where the line is of something else than Debian's main archive.
[[nodiscard]] std::optional<std::string> archive_of_source(std::string_view line);

} // namespace wheelforge::provision
