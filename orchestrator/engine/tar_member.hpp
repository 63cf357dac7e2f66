// A tar archive of one small file, for copying it into a container.
#pragma once

#include "orchestrator/host/process_runner.hpp"

namespace wheelforge::engine {

/// The archive with the file's relative path, owner 0:0 and mode 0644; names of any length. Fails with usage for a path
/// that is empty, absolute or has "..".
[[nodiscard]] Result<std::string> tar_of_one_file(std::string_view path, std::string_view bytes);

/// A producer of these bytes.
[[nodiscard]] host::ByteProducer produce_text(std::string text);

} // namespace wheelforge::engine
