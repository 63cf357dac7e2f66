// The RPATH plan: where entries of search paths lead from a file's place in site-packages, and which entry is wanted.
#pragma once

#include "orchestrator/accelerator/inspection.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::accelerator {

/// The entry that leads from a file to a folder of site-packages: ("torch/lib/x.so", "nvidia/cu13/lib") →
/// "$ORIGIN/../../nvidia/cu13/lib".
[[nodiscard]] std::string path_to_folder(std::string_view file, std::string_view folder);

/// True where the entry, read from that file, is that folder of site-packages.
[[nodiscard]] bool leads_to(std::string_view file, std::string_view entry, std::string_view folder);

/// Every entry of a file's DT_RUNPATH, or else DT_RPATH.
[[nodiscard]] std::vector<SearchPath> search_paths(const audit::ElfReport& elf, const zip::ZipReader& archive,
                                                   std::span<const toolchain::Recipe> recipes);

} // namespace wheelforge::accelerator
