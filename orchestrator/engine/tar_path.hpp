// Which names a tar member may have that we unpack or send.
#pragma once

#include <string_view>

namespace wheelforge::engine {

/// Relative, not empty, without empty, "." or ".." parts, and without control characters.
[[nodiscard]] bool is_safe_tar_path(std::string_view path);

} // namespace wheelforge::engine
