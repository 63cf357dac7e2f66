// Which file a pip takes somewhere, and why not the others.
#pragma once

#include "orchestrator/base/error.hpp"
#include "orchestrator/resolve/candidate.hpp"
#include "orchestrator/resolve/install_target.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace wheelforge::resolve {

/// What pip is asked for: `pip install PROJECT SPECIFIER`.
struct Request {
  std::string project; ///< as typed; empty: every file counts as this project's
  SpecifierSet specifier;
  bool prefer_binary = false;
  bool only_binary = false;
  bool prereleases = false; ///< --pre
};

/// The tags of a target, ready for look-up. What is looked up points into the list, so that a table can only be moved.
class TagTable {
public:
  explicit TagTable(std::vector<std::string> tags);
  ~TagTable() = default;
  TagTable(const TagTable&) = delete;
  TagTable& operator=(const TagTable&) = delete;
  TagTable(TagTable&&) = default;
  TagTable& operator=(TagTable&&) = default;

  /// The place of a tag in the list, counted from 0; nothing where it is not supported.
  [[nodiscard]] std::optional<std::size_t> rank(std::string_view tag) const;
  [[nodiscard]] bool knows_python(std::string_view part) const { return pythons_.contains(part); }
  [[nodiscard]] bool knows_abi(std::string_view part) const { return abis_.contains(part); }
  [[nodiscard]] bool knows_platform(std::string_view part) const { return platforms_.contains(part); }
  [[nodiscard]] std::size_t size() const { return tags_.size(); }

private:
  std::vector<std::string> tags_;
  std::unordered_map<std::string_view, std::size_t> ranks_;
  std::unordered_set<std::string_view> pythons_;
  std::unordered_set<std::string_view> abis_;
  std::unordered_set<std::string_view> platforms_;
};

/// Why a file is not taken; `none` for the one that is.
enum class Reason : std::uint8_t {
  none,
  name, ///< pip does not read the name
  other_project,
  tags,            ///< none of its tags is supported
  version,         ///< its version is no PEP 440 version
  requires_python, ///< the index says that it is for other Pythons
  source,          ///< a source archive with --only-binary
  specifier,       ///< outside what was asked for
  stops_pip,       ///< pip ends with an error of its own while it sorts this file, or another, among the rest
  prerelease,
  yanked,
  // From here on the file fits, but another is preferred:
  yanked_last,  ///< it is yanked, and the one taken is not
  binary_first, ///< a source archive with --prefer-binary
  older,        ///< a lower version
  worse_tag,    ///< its best tag stands further back
  lower_build,  ///< a lower build number
  tie,          ///< equal in everything, and listed earlier or later than the one taken
};

/// True where the file is refused whatever else is offered.
[[nodiscard]] constexpr bool is_refusal(Reason reason) {
  return reason != Reason::none && reason < Reason::yanked_last;
}

/// What became of one file.
struct Verdict {
  Reason reason = Reason::none;
  std::string detail;              ///< "platform manylinux_2_28_x86_64"; "tag 57 against 12"; empty for the one taken
  std::optional<std::string> tag;  ///< its most preferred supported tag
  std::optional<std::size_t> rank; ///< that tag's place in the list, counted from 0

  bool operator==(const Verdict&) const = default;
};

/// What a pip does with the files.
struct Resolution {
  std::optional<std::size_t> picked; ///< index of the file; absent: nothing fits
  std::vector<Verdict> verdicts;     ///< one a file, in the order given

  bool operator==(const Resolution&) const = default;
};

/// What the pip of the target takes from these files, listed in the index's order. Source: pip's finder
/// (index.py, package_finder.py) and, since 20.3, resolvelib/factory.py. Fails as supported_tags does.
[[nodiscard]] Result<Resolution> resolve(const InstallTarget& target, const std::vector<ReleaseFile>& files,
                                         const Request& request);

/// The same with the target's tags already made.
[[nodiscard]] Resolution resolve(const InstallTarget& target, const TagTable& tags,
                                 const std::vector<ReleaseFile>& files, const Request& request);

} // namespace wheelforge::resolve
