// What matters of a wheel's files when several wheels share one process.
#pragma once

#include "orchestrator/base/error.hpp"
#include "orchestrator/loader/elf_image.hpp"
#include "orchestrator/zip/zip_reader.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::together {

/// Which run-time library a file is a copy of.
enum class Runtime : std::uint8_t { none, gnu_openmp, llvm_openmp, cxx, gcc };

/// Which NumPy a module was compiled for, as far as its strings tell.
struct NumpyUse {
  bool uses = false;          ///< it imports NumPy's C API
  bool built_for_2 = false;   ///< by the headers of NumPy 2, whose modules run with 1.x too
  std::string oldest_runtime; ///< "1.23": the oldest NumPy it runs with; empty where no string says
};

/// One ELF file.
struct FileTraits {
  loader::ElfImage image;
  Runtime runtime = Runtime::none;
  std::string runtime_name; ///< "libgomp"
  NumpyUse numpy;
  bool is_extension = false;
  std::vector<std::string> strong; ///< exported names that are neither weak nor unique; sorted
  std::vector<std::string> unique; ///< STB_GNU_UNIQUE, sorted
};

/// One wheel.
struct WheelTraits {
  std::string name;         ///< file name
  std::string distribution; ///< normalised
  std::string version;
  std::vector<FileTraits> files;         ///< sorted by path
  std::vector<std::string> global_loads; ///< Python files that load libraries with RTLD_GLOBAL, sorted
};

/// Reads a wheel. Fails when its name is no wheel's or the archive's bytes cannot be read.
[[nodiscard]] Result<WheelTraits> read_traits(const zip::ZipReader& archive, std::string_view file_name);

/// What the bytes of a module say about NumPy.
[[nodiscard]] NumpyUse numpy_use_of(std::string_view bytes);

/// The run-time library that a soname or file name stands for, with its plain name.
[[nodiscard]] std::pair<Runtime, std::string> runtime_of(std::string_view name);

} // namespace wheelforge::together
