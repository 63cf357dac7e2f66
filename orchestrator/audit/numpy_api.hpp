// Which NumPy an extension was compiled against, by the sentences that NumPy's headers put into it.
#pragma once

#include "orchestrator/elf/elf_file.hpp"

#include <cstddef>
#include <optional>
#include <span>

namespace wheelforge::audit {

/// What import_array() compares at run time.
struct NumpyApi {
  bool is_numpy2_abi = false; ///< compiled with the headers of NumPy 2, which NumPy 1 takes too
  /// The oldest NumPy that has the C API it was compiled for; 0.0 where the headers did not write it down (NumPy 1).
  unsigned major = 0;
  unsigned minor = 0;

  bool operator==(const NumpyApi&) const = default;
};

/// Looks through the constants of an extension for the messages of import_array(); nothing where it does not use
/// NumPy's C API. Where one file holds several, the newest. Source: numpy/_core/code_generators/generate_numpy_api.py
/// (2.0 and later: "module was compiled against NumPy C-API version 0x%x (NumPy 1.23)"), and the same of NumPy 1.
[[nodiscard]] std::optional<NumpyApi> find_numpy_api(std::span<const std::byte> file, const elf::ElfFile& elf);

} // namespace wheelforge::audit
