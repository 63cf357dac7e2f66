// Repair of a wheel that needs no library: only its platform tags change, as auditwheel's repair would change them.
#pragma once

#include "orchestrator/repair/rewrite.hpp"
#include "orchestrator/tags/platform_tag.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace wheelforge::repair {

/// The tags that auditwheel's repair would give: what was asked for and, where the content keeps a wider promise
/// (`met`), that one before it, both with their older spelling. Nothing where `met` is narrower than what was asked for
/// or for another platform: then there is something to repair. Source: auditwheel 6.8.2, main_repair.py.
[[nodiscard]] std::optional<std::vector<tags::PlatformTag>> tags_without_grafts(const tags::PlatformTag& asked,
                                                                                const tags::PlatformTag& met);

/// The wheel with these platform tags in the place of linux_ARCH, in file name, WHEEL and RECORD; all else as it is.
/// Source: auditwheel 6.8.2, wheeltools.add_platforms. Fails as describe() and rewrite() do.
[[nodiscard]] Result<RewrittenWheel> retag(const zip::ZipReader& archive, std::string_view file_name,
                                           const std::vector<tags::PlatformTag>& platforms);

} // namespace wheelforge::repair
