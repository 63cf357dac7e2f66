// Unpacks the files of a toolchain into its prefix.
#pragma once

#include "orchestrator/provision/provision.hpp"

namespace wheelforge::provision {

/// Writes a wheel's members below the folder as an installer would with everything in one place: purelib, platlib and
/// data of *.data go to the folder itself, scripts to bin/. Modes are kept. Fails (kind invalid_data) on members that
/// would land elsewhere.
[[nodiscard]] Result<void> unpack_wheel(host::FileSystem& files, const std::filesystem::path& wheel,
                                        const std::filesystem::path& folder);

/// Unpacks by kind: wheels natively, packages by dpkg-deb, archives by tar (or natively where they are ZIP files).
[[nodiscard]] Result<void> unpack_part(const Doors& doors, const toolchain::LockedPart& part,
                                       const std::filesystem::path& file, const std::filesystem::path& folder,
                                       std::stop_token stop);

/// Adds the recipe's links and files, and looks for its probe.
[[nodiscard]] Result<void> finish_prefix(const Doors& doors, const toolchain::Recipe& recipe,
                                         const std::filesystem::path& folder);

} // namespace wheelforge::provision
