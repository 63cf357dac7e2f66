// The files that an index offers, as pip reads their names.
#pragma once

#include "orchestrator/base/error.hpp"
#include "orchestrator/resolve/pip_rules.hpp"
#include "orchestrator/resolve/version.hpp"

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::resolve {

/// One file of an index page or a folder.
struct ReleaseFile {
  std::string name;
  bool yanked = false; ///< PEP 592
  std::optional<std::string> requires_python =
      std::nullopt; ///< the index's data-requires-python (PEP 503), not the file's METADATA

  bool operator==(const ReleaseFile&) const = default;
};

/// The build number of a wheel: its digits by value, then the rest by text; none is before every other.
struct BuildNumber {
  std::string digits; ///< without leading zeros; empty where there is none
  std::string rest;
  bool present = false;

  bool operator==(const BuildNumber&) const = default;
  std::strong_ordering operator<=>(const BuildNumber& that) const;
};

/// Wheels have tags, source archives have none.
enum class FileKind : std::uint8_t { wheel, sdist };

/// A file name taken apart.
struct Candidate {
  FileKind kind = FileKind::sdist;
  std::string project; ///< normalised as PEP 503 says
  std::string version; ///< as pip reads it: "1.0_1" of old wheels is "1.0-1"
  BuildNumber build;
  std::vector<std::string> pythons; ///< lower case but for Names::exact and digit, as all tags here
  std::vector<std::string> abis;
  std::vector<std::string> platforms;

  bool stops_pip = false; ///< sorting it among others ends pip 25.1 and 25.2 with a TypeError

  bool operator==(const Candidate&) const = default;

  /// Every triple, sorted: "cp312-cp312-manylinux_2_28_x86_64".
  [[nodiscard]] std::vector<std::string> tags() const;
};

/// Takes a file name apart as a pip with these rules does. Fails (kind invalid_data) with the reason on names that it
/// skips: other extensions, wheels without five or six parts, and whatever the strict rules of pip 25.3 refuse. Of a
/// source archive the project is known only with the name that is looked for; `project` may be empty, and then what
/// stands before the last hyphen is taken.
[[nodiscard]] Result<Candidate> parse_candidate(std::string_view file_name, Names names, std::string_view project);

} // namespace wheelforge::resolve
