// Wheel tags: python-abi-platform triples, and the compressed sets that file names carry (PEP 425 §Compressed Tag
// Sets).
#pragma once

#include "orchestrator/base/error.hpp"
#include "orchestrator/tags/abi_tag.hpp"
#include "orchestrator/tags/platform_tag.hpp"
#include "orchestrator/tags/python_tag.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::tags {

/// One triple: "cp312-cp312-manylinux_2_28_x86_64".
struct WheelTag {
  PythonTag python;
  AbiTag abi;
  PlatformTag platform;

  bool operator==(const WheelTag&) const = default;
  auto operator<=>(const WheelTag&) const = default;
};

/// Fails (kind usage) unless the text is three single tags joined by hyphens.
[[nodiscard]] Result<WheelTag> parse_wheel_tag(std::string_view text);
/// "cp312-cp312-manylinux_2_28_x86_64".
[[nodiscard]] std::string to_string(const WheelTag& tag);

/// A compressed set: "py2.py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64", each part in the order written.
struct TagSet {
  std::vector<PythonTag> pythons;
  std::vector<AbiTag> abis;
  std::vector<PlatformTag> platforms;

  bool operator==(const TagSet&) const = default;

  /// Every triple, pythons outermost, platforms innermost.
  [[nodiscard]] std::vector<WheelTag> expand() const;
  /// True where one triple of the set is this tag.
  [[nodiscard]] bool contains(const WheelTag& tag) const;
};

/// The most triples one set may stand for; file names are outside data.
inline constexpr std::size_t kMaxTriples = 4096;

/// Fails (kind usage) unless the text is three dotted lists joined by hyphens that stand for at most kMaxTriples.
[[nodiscard]] Result<TagSet> parse_tag_set(std::string_view text);
/// The same text again.
[[nodiscard]] std::string to_string(const TagSet& set);

} // namespace wheelforge::tags
