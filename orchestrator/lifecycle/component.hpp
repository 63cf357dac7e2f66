// What is inside a wheel besides its own code: grafted and statically linked libraries, and how each was recognised.
#pragma once

#include "orchestrator/lifecycle/bill_of_materials.hpp"
#include "orchestrator/lifecycle/known_graft.hpp"
#include "orchestrator/lifecycle/package_url.hpp"
#include "orchestrator/lifecycle/version_strings.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::lifecycle {

/// How a component was recognised, the surest first.
enum class Means : std::uint8_t {
  bill,           ///< a bill of materials in the wheel names it
  package_note,   ///< the file's own .note.package names it
  hash,           ///< the hash in the file name is that of a known package's file
  build_id,       ///< its build-id is that of a known package's file
  version_string, ///< a string in the file tells library and version
  file_name,      ///< only its file name is known
};
/// "bill of materials", "package note", "hash", "build-id", "version string", "file name".
[[nodiscard]] std::string_view to_string(Means means);

/// Where a package comes from, in OSV's words and in ours.
struct PackageBase {
  std::string ecosystem;    ///< "AlmaLinux:8", "PyPI"; empty: no database can be asked
  std::string distribution; ///< "almalinux-8", as known_distributions() names it; empty: none
  bool assumed = false;     ///< the release is that of the image for the wheel's tag; the package does not say it

  bool operator==(const PackageBase&) const = default;
};

/// One library, package or crate inside a wheel.
struct Component {
  std::string name;
  std::string version; ///< with epoch where it is known; empty: not known
  std::string purl;    ///< empty where only a string or a file name tells of it
  std::string source;  ///< its source package; empty: not known
  PackageBase base;
  std::vector<std::string> files; ///< members of the wheel, sorted
  Means means = Means::file_name;

  bool operator==(const Component&) const = default;
};

/// One ELF file of a wheel, as far as components are concerned.
struct LibraryEvidence {
  std::string path;
  std::string sha256;       ///< of the member
  std::string build_id;     ///< may be empty
  std::string package_note; ///< JSON of .note.package; may be empty
  std::vector<FoundVersion> versions;

  bool operator==(const LibraryEvidence&) const = default;
};

/// A bill of materials in a wheel, or why it could not be read.
struct BillEvidence {
  std::string path;
  BillOfMaterials bill;
  std::string problem; ///< empty where the bill could be read

  bool operator==(const BillEvidence&) const = default;
};

/// Everything that tells of a wheel's components.
struct WheelEvidence {
  std::string file;                   ///< "pymssql-2.4.6-cp312-cp312-manylinux_2_28_x86_64.whl"
  std::string project;                ///< normalised
  std::string version;                ///< the project's
  std::vector<std::string> platforms; ///< "manylinux_2_28_x86_64", as written
  std::vector<std::string> pythons;   ///< "cp312", as written
  std::vector<std::string> abis;      ///< "abi3", as written
  std::vector<LibraryEvidence> libraries;
  std::vector<BillEvidence> bills;
  std::vector<std::string> problems; ///< members that could not be read

  bool operator==(const WheelEvidence&) const = default;
};

/// Where the package of this purl comes from. `image_base` is the distribution of the image for the wheel's tag
/// ("alpine-3.22"), used where the purl names a distribution without its release; it may be empty.
[[nodiscard]] PackageBase base_of(const PackageUrl& url, std::string_view image_base);

/// The source package of a binary package; empty where it is not known. Distributions' advisories for Debian, Ubuntu
/// and Alpine name source packages.
[[nodiscard]] std::string source_package(const PackageUrl& url);

/// The wheel's own project first, then what is inside, by name, version and purl.
[[nodiscard]] std::vector<Component> identify_components(const WheelEvidence& wheel, const KnownGrafts& known,
                                                         std::string_view image_base);

/// What a wheel with a bill of materials teaches: one row for each grafted file whose package is named there.
[[nodiscard]] std::vector<KnownGraft> learn_grafts(const WheelEvidence& wheel);

} // namespace wheelforge::lifecycle
