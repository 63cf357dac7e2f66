// Wheels by pip: which one a part is, and its bytes.
#pragma once

#include "orchestrator/provision/provision.hpp"

namespace wheelforge::provision {

/// The platform options that make pip choose wheels for another machine: every glibc up to what any recipe may need.
[[nodiscard]] std::vector<std::string> pip_platform_options(tags::Architecture arch);

/// What pip would install for these parts, alone, without what they require.
[[nodiscard]] Result<std::vector<toolchain::LockedPart>> resolve_wheels(const Doors& doors,
                                                                        const std::vector<toolchain::Part>& parts,
                                                                        tags::Architecture arch, std::stop_token stop);

/// Puts the locked wheels into the folder, by name and hash from whatever index pip is set up for.
[[nodiscard]] Result<void> download_wheels(const Doors& doors, const std::vector<toolchain::LockedPart>& parts,
                                           tags::Architecture arch, const std::filesystem::path& folder,
                                           std::stop_token stop);

/// Reads pip's installation report. Fails (kind invalid_data) where it is none or a file has no hash.
[[nodiscard]] Result<std::vector<std::pair<toolchain::LockedPart, std::string>>>
parse_pip_report(std::string_view json);

} // namespace wheelforge::provision
