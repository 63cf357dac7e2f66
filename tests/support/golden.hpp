// Golden files: what a function printed once, was read by a person, and has to print ever after.
#pragma once

#include <string>
#include <string_view>

namespace wheelforge::support {

/// The whole file. Fails the running test where it cannot be read.
[[nodiscard]] std::string read_text(const std::string& path);

/// Checks that `actual` is what the file holds. With WF_ACCEPT=1 in the environment the file is written instead where
/// it differs, and the test program ends with 77, which CTest counts as skipped: accepting can never pass.
void check_golden(const std::string& path, std::string_view actual);

/// True once check_golden has written a file.
[[nodiscard]] bool has_accepted();

} // namespace wheelforge::support
