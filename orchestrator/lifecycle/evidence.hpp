// Reads from a wheel what tells of its components: bills of materials, hashes, build-ids, version strings.
#pragma once

#include "orchestrator/base/error.hpp"
#include "orchestrator/lifecycle/component.hpp"
#include "orchestrator/zip/zip_reader.hpp"

#include <string>

namespace wheelforge::lifecycle {

/// The evidence in a wheel. Members that cannot be read are named in `problems`. Fails (kind invalid_data) where the
/// file name is no wheel's.
[[nodiscard]] Result<WheelEvidence> read_evidence(const zip::ZipReader& archive, const std::string& file_name);

} // namespace wheelforge::lifecycle
