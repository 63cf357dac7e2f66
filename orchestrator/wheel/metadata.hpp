// The header files of a wheel: METADATA (core metadata) and WHEEL, both in the form of e-mail headers.
#pragma once

#include "orchestrator/base/error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::wheel {

/// One "Name: value" line with its continuation lines; a continuation is joined by a newline, its indent taken off.
struct Header {
  std::string name;
  std::string value;

  bool operator==(const Header&) const = default;
};

/// Header lines in their order, and what follows the first empty line.
struct Headers {
  std::vector<Header> fields;
  std::string body;

  bool operator==(const Headers&) const = default;

  /// The value of the first header of this name, in any case; empty where there is none.
  [[nodiscard]] std::string_view first(std::string_view name) const;
  /// Every value of the headers of this name, in order.
  [[nodiscard]] std::vector<std::string> all(std::string_view name) const;
};

/// Reads e-mail headers as Python's email.parser does for these files: LF or CRLF, continuation lines, body after an
/// empty line. Fails (kind invalid_data) with the line number where a line is neither a header nor a continuation, on a
/// NUL byte, and above 100 000 headers.
[[nodiscard]] Result<Headers> parse_headers(std::string_view text);

/// What is used of METADATA. Source: packaging.python.org, core metadata specification 2.5.
struct Metadata {
  std::string metadata_version;
  std::string name;
  std::string version;
  std::string requires_python;
  std::string license; ///< License-Expression, or License where only that is given
  std::vector<std::string> license_files;
  std::vector<std::string> requires_dist; ///< as written, with markers
  std::vector<std::string> provides_extra;
  std::vector<std::string> dynamic;

  bool operator==(const Metadata&) const = default;

  /// The normalised names of the distributions that Requires-Dist lists, sorted, each once; extras' ones too.
  [[nodiscard]] std::vector<std::string> required_distributions() const;
};

/// Fails when the headers are broken or Metadata-Version, Name or Version is missing.
[[nodiscard]] Result<Metadata> parse_metadata(std::string_view text);

/// What WHEEL says. Source: PEP 427 §File contents.
struct WheelFile {
  std::string wheel_version; ///< "1.0"
  std::string generator;
  bool root_is_purelib = false;
  std::vector<std::string> tags; ///< expanded triples as written: "cp312-cp312-manylinux_2_28_x86_64"
  std::string build;

  bool operator==(const WheelFile&) const = default;
};

/// Fails when the headers are broken, when Wheel-Version is missing or its major number is not 1, or when
/// Root-Is-Purelib is neither true nor false (in any case).
[[nodiscard]] Result<WheelFile> parse_wheel_file(std::string_view text);

} // namespace wheelforge::wheel
