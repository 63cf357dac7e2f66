// The library search of auditwheel's lddtree inside a wheel: which DT_NEEDED is found where, from one file.
#pragma once

#include "orchestrator/audit/wheel_scan.hpp"
#include "orchestrator/zip/zip_reader.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace wheelforge::audit {

/// The files and folders of a wheel as they would be unpacked under one root.
class WheelFiles {
public:
  WheelFiles(const zip::ZipReader& archive, const WheelScan& scan);

  enum class Kind : std::uint8_t { absent, folder, other_file, elf, broken_elf };
  struct Entry {
    Kind kind = Kind::absent;
    std::size_t elf = 0; ///< place in scan.elfs where kind is elf
  };
  /// What stands at a path relative to the root, without "." and ".." ("" is the root).
  [[nodiscard]] Entry at(std::string_view path) const;

private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  std::unordered_map<std::string, Entry, Hash, std::equal_to<>> entries_;
};

/// One library of a tree.
struct TreeLibrary {
  std::optional<std::size_t> elf; ///< place in scan.elfs where the wheel has it
  bool is_interpreter = false;    ///< the program interpreter, which is never searched for
  std::vector<std::string> needed;
};

/// What one file needs, directly and indirectly.
struct LibraryTree {
  std::map<std::string, TreeLibrary> libraries; ///< by soname as needed
  std::string problem;                          ///< what would end auditwheel with a traceback; empty if nothing does

  /// True where each library was found.
  [[nodiscard]] bool is_resolved() const;
};

/// Builds the trees of a wheel's files as lddtree does: depth first, each soname looked up once, in DT_RPATH of the
/// root, own DT_RPATH or DT_RUNPATH, DT_RUNPATH of the root. Keeps references to its arguments.
class LibrarySearch {
public:
  LibrarySearch(const WheelFiles& files, const WheelScan& scan);

  /// The tree of scan.elfs[root]. `root_is_musl` decides in which folders of the host lddtree would look further; there
  /// nothing is found but linker scripts (libc.so, libm.so of glibc's development package), which end it.
  [[nodiscard]] LibraryTree tree(std::size_t root, bool root_is_musl) const;

  /// The folders of the wheel that a file's own DT_RPATH and DT_RUNPATH lead to, relative to the wheel's root.
  struct OwnPaths {
    std::vector<std::string> rpath; ///< empty where runpath leads somewhere
    std::vector<std::string> runpath;
  };
  [[nodiscard]] const OwnPaths& own_paths(std::size_t elf) const { return own_paths_[elf]; }

private:
  const WheelFiles& files_;
  const WheelScan& scan_;
  std::vector<OwnPaths> own_paths_;
};

/// A path without "." and ".." and doubled slashes, as os.path.normpath does it for absolute paths.
[[nodiscard]] std::string normal_path(std::string_view path);

} // namespace wheelforge::audit
