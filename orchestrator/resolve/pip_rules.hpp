// How each pip chooses, as data: what changed from release to release (data/pip_rules.json).
#pragma once

#include "orchestrator/base/error.hpp"
#include "orchestrator/resolve/version.hpp"
#include "orchestrator/tags/platform_tag.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::resolve {

/// A stretch of a pip's list of tags; for CPython X.Y, each with the whole list of platforms unless it ends in "any".
enum class TagBlock : std::uint8_t {
  own_abi,               ///< cpXY-cpXY…-PLATFORM
  own_stable,            ///< cpXY-abi3-PLATFORM, or abi3t
  own_none,              ///< cpXY-none-PLATFORM
  older_stable,          ///< cpX(Y-1)…cp32-abi3-PLATFORM, or abi3t
  python_platform,       ///< pyXY, pyX, pyX(Y-1) … -none-PLATFORM
  own_python_platform,   ///< pyXY-none-PLATFORM
  major_python_platform, ///< pyX-none-PLATFORM
  own_any,               ///< cpXY-none-any
  major_any,             ///< cpX-none-any
  older_own_any,         ///< cpX(Y-1)…cpX0-none-any
  python_any,            ///< pyXY, pyX, pyX(Y-1) … -none-any
};

/// Which platforms a pip derives from the machine.
enum class PlatformScheme : std::uint8_t {
  linux,     ///< linux_ARCH only
  named,     ///< manylinux1, 2010 and 2014, each decided by `_manylinux` or else by glibc
  perennial, ///< PEP 600: every glibc version down to a floor; `_manylinux` may only take away
};

/// One of manylinux1, manylinux2010 and manylinux2014.
struct NamedTag {
  std::string name;
  tags::LibcVersion glibc;
  std::set<std::string, std::less<>> machines; ///< of PlatformScheme::named; perennial has its own list

  bool operator==(const NamedTag&) const = default;
};

/// How the glibc version is read from its text.
enum class GlibcText : std::uint8_t {
  split,  ///< every dotted part must be a number, or pip stops with ValueError
  prefix, ///< MAJOR.MINOR, and what follows is dropped
};

/// Where linux_ARCH stands in the list of platforms.
enum class LinuxTag : std::uint8_t { last, first };

/// The stable ABI of free-threaded builds that a pip knows.
enum class FreeThreadedStable : std::uint8_t { none, abi3, abi3t };

/// One part of the key by which candidates are compared; the first that differs decides, greater wins.
enum class KeyPart : std::uint8_t {
  not_yanked,
  binary, ///< wheels before sdists, with --prefer-binary only
  version,
  tag, ///< the smaller index in the list of tags
  build,
};

/// Which of several candidates with equal keys is taken.
enum class Tie : std::uint8_t { first, last };

/// What a pip does with yanked files (PEP 592).
enum class Yanked : std::uint8_t { ignored, least_preferred, last_resort, only_pinned };

/// When pre-releases are taken although nobody asked for them: where no final release is left.
enum class PrereleaseFallback : std::uint8_t {
  without_specifier, ///< only in `pip install NAME`, not in `pip install "NAME>=1"`
  always,
};

/// How wheel names are read.
enum class Names : std::uint8_t {
  digit,    ///< like exact, and the version begins with a digit
  exact,    ///< tags in upper case are not those in lower case
  loose,    ///< whatever has five or six parts
  tolerant, ///< strictly, else loosely; but a name without a build number that only the loose pattern takes stops pip
  strict,   ///< as the wheel specification says
};

/// Everything in which pips differ, for one pip.
struct PipRules {
  std::vector<TagBlock> tag_blocks;
  PlatformScheme platform_scheme = PlatformScheme::linux;
  std::vector<NamedTag> named_tags; ///< newest first
  bool named_implies_older = false; ///< the first named tag that passes stands for all after it
  std::set<std::string, std::less<>> perennial_machines;
  std::map<std::string, tags::LibcVersion, std::less<>> perennial_floors; ///< by machine; "*" for all others
  GlibcText glibc_text = GlibcText::prefix;
  bool musllinux = false;
  LinuxTag linux_tag = LinuxTag::last;
  std::map<std::string, std::string, std::less<>> narrow_machines;            ///< kernel's → 32-bit interpreter's
  std::map<std::string, std::vector<std::string>, std::less<>> also_machines; ///< further architectures it takes
  std::set<std::string, std::less<>> executable_checked; ///< machines whose interpreter's ELF header is looked at
  std::string version_separator; ///< between the numbers of Python 3.10 and newer in tags: "" or "_"
  bool free_threaded_abi = true; ///< cp313t is told from cp313
  FreeThreadedStable free_threaded_stable = FreeThreadedStable::abi3;
  bool debug_takes_plain = false; ///< a debug build (3.8 and newer) takes plain wheels too
  std::vector<KeyPart> candidate_key;
  Tie tie = Tie::first;
  Yanked yanked = Yanked::ignored;
  bool requires_python = false; ///< the index's Requires-Python is honoured
  Names names = Names::loose;
  std::set<std::string, std::less<>> prerelease_operators; ///< a pre-release behind one of them lets pre-releases in
  PrereleaseFallback prerelease_fallback = PrereleaseFallback::without_specifier;
  /// On Python 3.11 and newer a specifier that takes one spelling of a version takes all: ===1.0 lets 1.0.0 in.
  bool equal_versions_together = false;
  /// On Python 2 the first of equals is taken, whatever `tie` says.
  bool old_resolver_on_python2 = false;
  std::optional<Version> newest_python; ///< the newest Python that this pip starts on; absent: no limit known

  bool operator==(const PipRules&) const = default;
};

/// One released pip with the rules it follows.
struct Pip {
  Version version;
  std::optional<std::string> date; ///< RFC 3339 full-date
  std::string packaging;           ///< the version of packaging inside it
  SpecifierSet requires_python;    ///< the Pythons that it says it runs on
  bool starts = true;              ///< false: this release is broken
  PipRules rules;

  /// True where this pip starts on this Python.
  [[nodiscard]] bool runs_on(const Version& python) const;
};

/// Every pip of a file in the form of data/pip_rules.json, oldest first. Fails (kind invalid_data) on broken JSON and
/// on unknown names, with the value seen.
[[nodiscard]] Result<std::vector<Pip>> parse_pip_rules(std::string_view json);

/// Every pip since 8.0, oldest first.
[[nodiscard]] const std::vector<Pip>& known_pips();

/// The pip of this version. One that is newer than all known follows the newest's rules, and one between two known
/// follows the older's; fails (kind usage) on what is no version and on pips older than 8.0.
[[nodiscard]] Result<Pip> find_pip(std::string_view version);

} // namespace wheelforge::resolve
