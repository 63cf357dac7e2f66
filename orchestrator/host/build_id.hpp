// Which build of the program this is, as the linker wrote it into the file.
#pragma once

#include <string>

namespace wheelforge::host {

/// The running program's build id in hexadecimal: another one whenever anything of its code or data differs. Empty
/// where it was linked without one. Source: ELF note NT_GNU_BUILD_ID, ld(1) --build-id.
[[nodiscard]] std::string program_build_id();

} // namespace wheelforge::host
