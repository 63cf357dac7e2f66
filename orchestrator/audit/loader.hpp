// The dynamic loader's search for libraries, played on a wheel as it will stand in site-packages.
#pragma once

#include "orchestrator/audit/policy.hpp"
#include "orchestrator/audit/wheel_scan.hpp"
#include "orchestrator/zip/zip_reader.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace wheelforge::audit {

/// Where installers put a wheel's files, as absolute paths below a thought-up prefix.
class InstalledFiles {
public:
  InstalledFiles(const zip::ZipReader& archive, const WheelScan& scan);

  /// The environment's own lib/, where a wheel's data may bring libraries too.
  static constexpr std::string_view kLibraries = "/prefix/lib";
  /// The folder site-packages.
  static constexpr std::string_view kSitePackages = "/prefix/lib/python/site-packages";

  /// Where a member of the wheel goes: "demo-1.0.data/scripts/x" → "/prefix/bin/x".
  [[nodiscard]] static std::string place_of(std::string_view member);
  /// The ELF file of the wheel at that absolute path.
  [[nodiscard]] std::optional<std::size_t> elf_at(std::string_view path) const;
  /// True where the wheel puts something below that absolute path.
  [[nodiscard]] bool has_folder(std::string_view path) const;

private:
  std::unordered_map<std::string, std::size_t> elfs_;
  std::unordered_set<std::string> folders_;
};

/// One entry of a DT_RPATH or DT_RUNPATH.
struct SearchEntry {
  enum class Kind : std::uint8_t {
    in_wheel,      ///< a folder that the wheel has
    dead,          ///< below the wheel's own folders, but absent
    other_package, ///< in site-packages, in a folder that another distribution must bring
    outside,       ///< out of site-packages, reached from $ORIGIN
    absolute,      ///< written as an absolute path
    relative,      ///< empty or relative: the user's current folder
  };
  Kind kind = Kind::dead;
  std::string written; ///< as it stands in the file
  std::string folder;  ///< $ORIGIN expanded, as an absolute path; empty when relative
};

/// How one DT_NEEDED of one file comes out.
struct Dependency {
  enum class Outcome : std::uint8_t {
    in_wheel,      ///< found by the search, or loaded before under that soname
    not_on_path,   ///< the wheel has it, but the search does not lead there
    system,        ///< some policy allows it: the system has it
    loader,        ///< ld-linux and the like
    libpython,     ///< the interpreter's library
    other_package, ///< a required distribution brings it to a folder that is searched
    driver,        ///< comes with a device driver
    missing,       ///< none of these
  };
  std::size_t elf = 0;
  std::string soname;
  Outcome outcome = Outcome::missing;
  std::optional<std::size_t> found; ///< the file of the wheel
  std::string package;              ///< with other_package: the distribution, normalised
};

/// Plays the loader for every file that can be loaded by itself.
class Loader {
public:
  /// `required` are the normalised names of the distributions in Requires-Dist.
  Loader(const zip::ZipReader& archive, const WheelScan& scan, const ArchPolicies& policies,
         const std::vector<std::string>& required);

  /// Every dependency of every file of the policies' architecture, in the order of scan.elfs and DT_NEEDED. A library
  /// that is found from one starting file but not from another has the worse outcome.
  [[nodiscard]] const std::vector<Dependency>& dependencies() const { return dependencies_; }
  /// The search entries of a file: DT_RUNPATH, or DT_RPATH where there is none.
  [[nodiscard]] const std::vector<SearchEntry>& search_entries(std::size_t elf) const { return entries_[elf]; }
  /// Files that nothing else in the wheel needs, and every Python extension.
  [[nodiscard]] const std::vector<std::size_t>& roots() const { return roots_; }

private:
  struct Loaded {
    std::size_t elf;
    std::size_t parent; ///< index into the list of loaded files; itself for the root
  };
  [[nodiscard]] std::vector<SearchEntry> entries_of(const ElfFacts& facts) const;
  /// True where some required distribution may bring a folder of site-packages.
  [[nodiscard]] bool may_be_brought(std::string_view folder) const;
  /// The required distribution that is known to bring this library to the environment's lib/; empty where none is.
  [[nodiscard]] std::string package_in_libraries(std::string_view soname) const;
  void play(std::size_t root);
  [[nodiscard]] std::optional<std::size_t> search(const std::vector<Loaded>& loaded, std::size_t from,
                                                  const std::string& soname) const;
  [[nodiscard]] std::optional<std::size_t> look_into(const std::vector<SearchEntry>& entries, std::size_t from,
                                                     const std::string& soname) const;
  struct Answer {
    Dependency::Outcome outcome = Dependency::Outcome::missing;
    std::optional<std::size_t> found;
    std::string package;
  };
  [[nodiscard]] Answer judge(const std::vector<Loaded>& loaded, std::size_t from, const std::string& soname) const;
  [[nodiscard]] std::string package_on_path(const std::vector<Loaded>& loaded, std::size_t from,
                                            std::string_view soname) const;

  const WheelScan& scan_;
  ArchPolicies policies_;
  InstalledFiles files_;
  std::vector<std::string> required_;
  std::vector<std::vector<SearchEntry>> entries_;           ///< by elf
  std::map<std::string, std::size_t, std::less<>> by_name_; ///< soname or file name → elf of the right architecture
  std::vector<std::size_t> roots_;
  std::unordered_map<std::string_view, std::size_t> loaded_names_; ///< soname or file name → elf, of one play
  std::vector<std::vector<Answer>> kept_; ///< by elf and place in its DT_NEEDED; the worst answer of all plays
  std::vector<Dependency> dependencies_;
};

/// True for the sonames of dynamic loaders: ld-linux-x86-64.so.2, ld64.so.2, ld-musl-….
[[nodiscard]] bool is_loader_soname(std::string_view soname);
/// True for libpython3.12.so.1.0 and the like.
[[nodiscard]] bool is_libpython_soname(std::string_view soname);

} // namespace wheelforge::audit
