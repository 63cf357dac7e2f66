// Writes a label into a wheel wherever it has to stand: file name, *.dist-info, METADATA, WHEEL, RECORD.
#pragma once

#include "orchestrator/repair/rewrite.hpp"
#include "orchestrator/tags/platform_tag.hpp"
#include "orchestrator/toolchain/label.hpp"
#include "orchestrator/zip/zip_reader.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace wheelforge::accelerator {

/// Labels a wheel. Everything but the files named above is copied as it is, packed bytes and modes included. A label
/// that the wheel has already leaves it as it is, so labelling twice is labelling once. Fails (kind invalid_data) on
/// wheels without a readable name, METADATA or WHEEL, and (usage) on labels that the kind does not allow.
///
/// With `floor`, manylinux tags that promise an older glibc give way to the floor's own, in the file name and in WHEEL:
/// what repair tools write there knows nothing of libraries that others bring.
[[nodiscard]] Result<repair::RewrittenWheel> relabel(const zip::ZipReader& archive, std::string_view file_name,
                                                     const toolchain::Label& label,
                                                     std::optional<tags::LibcVersion> floor = std::nullopt);

/// The variant.json of a wheel with this label (PEP 825, draft 0.1.1).
[[nodiscard]] std::string variant_json(const toolchain::Label& label);

} // namespace wheelforge::accelerator
