// A user's machine as its loader sees it: which libraries are found where, and what they define.
#pragma once

#include "orchestrator/base/error.hpp"
#include "orchestrator/platform/distribution.hpp"
#include "orchestrator/tags/architecture.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace wheelforge::loader {

/// Where the facts of a machine come from.
enum class Basis : std::uint8_t {
  packages, ///< read from the distribution's own packages
  derived,  ///< from the newest versions that its libraries export, and from similar distributions
};
/// "packages" or "derived".
[[nodiscard]] std::string_view to_string(Basis basis);

/// One library of the system. The views point into data that lives as long as the program.
struct SystemLibrary {
  std::string_view file;    ///< the name the loader looks for: "libz.so.1"
  std::string path;         ///< as the loader names it: "/lib/x86_64-linux-gnu/libz.so.1"
  std::string_view package; ///< "base", or the package that brings it
  std::string_view soname;
  std::vector<std::string_view> needed;
  std::string_view runpath;
  std::vector<std::string_view> versions; ///< empty: it has none and satisfies all
  std::uint64_t tls_size = 0;
  std::uint64_t tls_alignment = 1;
  bool tls_static = false;
  bool is_opaque = false;   ///< its symbols are not in the tables: it counts as answering everything
  std::string_view symbols; ///< the name its symbols stand under in symbols.txt
};

/// The newest versions of a derived machine's libraries, by prefix: "GLIBC" → 2.28.
using VersionLimits = std::map<std::string, std::vector<int>, std::less<>>;

/// One machine.
class Machine {
public:
  std::string id;
  Basis basis = Basis::derived;
  platform::Libc libc = platform::Libc::glibc;
  tags::LibcVersion libc_version;
  tags::Architecture arch = tags::Architecture::x86_64;
  std::optional<tags::LibcVersion> python;    ///< the system's own, major and minor
  std::vector<std::string_view> python_needs; ///< what its executable needs
  VersionLimits limits;                       ///< with Basis::derived
  std::uint32_t mask = 0;                     ///< its bits in symbols.txt

  /// The library that the loader finds under that file name; nullptr where there is none.
  [[nodiscard]] const SystemLibrary* find(std::string_view file) const;
  /// False where the library defines versions, but not this one.
  [[nodiscard]] bool has_version(const SystemLibrary& library, std::string_view version) const;
  /// Which of its libraries (by SystemLibrary::symbols) export a symbol that answers the reference; version may be
  /// empty.
  [[nodiscard]] std::vector<std::string_view> exporters(std::string_view name, std::string_view version) const;

  void add(SystemLibrary library);
  /// Adds what packages bring. Fails (kind not_found) on packages that the tables do not have.
  [[nodiscard]] Result<void> install(const std::vector<std::string>& packages);

private:
  std::unordered_map<std::string_view, SystemLibrary> libraries_;
};

/// The machine of a distribution for wheels of an architecture: from its packages where the tables have it, else
/// derived. Fails (kind not_found) on ids that no distribution has.
[[nodiscard]] Result<Machine> find_machine(std::string_view id, tags::Architecture arch);

/// The names that --with knows, sorted.
[[nodiscard]] std::vector<std::string_view> known_packages();

} // namespace wheelforge::loader
