// File names of grafted libraries: "libssl-81259c47.so.1.1.1k" is libssl.so.1.1.1k, and the hash is of that file.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::lifecycle {

/// The parts of a grafted file's name. Source: auditwheel's repair.copylib: the first eight digits of the file's
/// SHA-256 before it was patched stand between the name and its first dot.
struct GraftName {
  std::string base;     ///< "libssl"
  std::string hash;     ///< "81259c47"
  std::string original; ///< "libssl.so.1.1.1k"
  std::string version;  ///< "1.1.1k": what its soname or file name tells; may be empty

  bool operator==(const GraftName&) const = default;
};

/// Nothing for names without such a hash.
[[nodiscard]] std::optional<GraftName> parse_graft_name(std::string_view file_name);

/// Version numbers in a library's file name: "libssl.so.1.1.1k" → "1.1.1k", "libopenblasp-r0.3.15.so" → "0.3.15".
[[nodiscard]] std::string version_in_name(std::string_view file_name);

/// True for members of a wheel that repair put there: in a folder *.libs or .libs.
[[nodiscard]] bool is_in_graft_folder(std::string_view path);

/// SHA-256 of the paths where package managers keep a library of that file name; auditwheel's bill of materials names
/// files by such a digest.
[[nodiscard]] std::vector<std::string> path_digests(std::string_view file_name);

} // namespace wheelforge::lifecycle
