// What is inside two images, and what changed between them: packages, compiler, C library, Pythons.
#pragma once

#include "orchestrator/base/error.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::lifecycle {

/// What an image holds.
struct ImageContents {
  std::string reference;                       ///< as it was asked for
  std::string os;                              ///< "debian 12"; empty where /etc/os-release says nothing
  std::map<std::string, std::string> packages; ///< name (with architecture where there are several) → version
  std::map<std::string, std::string> tools;    ///< "gcc" → "14.2.0", "libc" → "glibc 2.28"; absent: not there
  std::vector<std::string> pythons;            ///< names in /opt/python; sorted

  bool operator==(const ImageContents&) const = default;
};

/// A shell script for any image with sh, which prints what parse_image_contents() reads.
[[nodiscard]] std::string_view contents_script();

/// Fails (kind invalid_data) with the line that is none of the script's, and where no package manager answered.
[[nodiscard]] Result<ImageContents> parse_image_contents(std::string_view text, std::string reference);

/// One thing that differs; empty: not there.
struct ContentsChange {
  std::string kind; ///< "tool", "python", "package"
  std::string name;
  std::string before;
  std::string after;

  bool operator==(const ContentsChange&) const = default;
};

/// Tools first, then Pythons, then packages, each by name.
[[nodiscard]] std::vector<ContentsChange> compare_contents(const ImageContents& before, const ImageContents& after);

/// For a terminal.
[[nodiscard]] std::string changes_text(const ImageContents& before, const ImageContents& after);
/// {"schema":1,"before","after","changes":[{"kind","name","before","after"}]}.
[[nodiscard]] std::string changes_json(const ImageContents& before, const ImageContents& after);

} // namespace wheelforge::lifecycle
