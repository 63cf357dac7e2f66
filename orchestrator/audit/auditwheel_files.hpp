// The files of a wheel that count for auditwheel, in RECORD's order, or what ends it before it judges them.
#pragma once

#include "orchestrator/audit/library_tree.hpp"
#include "orchestrator/audit/policy.hpp"
#include "orchestrator/audit/wheel_scan.hpp"
#include "orchestrator/tags/architecture.hpp"
#include "orchestrator/zip/zip_reader.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace wheelforge::audit {

/// One ELF file that counts.
struct CountedFile {
  std::size_t elf = 0; ///< place in scan.elfs
  bool is_extension = false;
  LibraryTree tree; ///< what it needs, as lddtree finds it
};

/// What auditwheel goes on with.
struct CountedFiles {
  std::vector<CountedFile> files;         ///< at least one where there is no problem
  std::optional<tags::Architecture> arch; ///< of each of them; there where there is no problem
  std::optional<Libc> libc;               ///< of each that tells one; absent where nothing does
  bool uses_pyfpe_or_ucs2 = false;        ///< some extension does, PyFPE or Python 2's UCS-2
  std::string problem;                    ///< why auditwheel stops; empty if it does not
};

/// Reads RECORD's files as auditwheel does: those of another architecture or libc than the wheel's are ignored. `arch`
/// and `libc` are what the file name says; where it says none, the first file that has one decides.
/// Source: auditwheel 6.8.2, wheel_abi.py get_wheel_elfdata, _fixup_elf_trees; lddtree.py.
[[nodiscard]] CountedFiles counted_files(const zip::ZipReader& archive, const WheelScan& scan,
                                         std::optional<tags::Architecture> arch, std::optional<Libc> libc);

} // namespace wheelforge::audit
