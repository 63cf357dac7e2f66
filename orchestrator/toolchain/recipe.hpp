// A recipe: one accelerator toolchain and version as data, from recipes/NAME-VERSION.toml.
#pragma once

#include "orchestrator/base/error.hpp"
#include "orchestrator/tags/architecture.hpp"
#include "orchestrator/tags/platform_tag.hpp"
#include "orchestrator/toolchain/version.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wheelforge::toolchain {

/// Where a part of a toolchain comes from.
enum class PartKind : std::uint8_t {
  pypi,      ///< a wheel of the package index
  deb,       ///< packages of a Debian release, unpacked, with what they depend on
  archive,   ///< a tar or zip file at an address, with its hash
  image_has, ///< the user's image has it at a path
};

/// "pypi", "deb", "archive", "image-has".
[[nodiscard]] std::string_view to_string(PartKind kind);

/// One part.
struct Part {
  PartKind kind = PartKind::pypi;
  std::string name;                       ///< pypi: the distribution
  std::string version;                    ///< pypi: what pip may choose from: "==13.5.*"
  std::string suite;                      ///< deb: "bookworm"
  std::vector<std::string> components;    ///< deb: "main", "non-free"
  std::vector<std::string> packages;      ///< deb: what is wanted
  std::vector<std::string> present;       ///< deb: what the image has with all its dependencies: left out
  std::vector<std::string> only;          ///< deb: where given, nothing but these packages is unpacked
  std::string url;                        ///< archive
  std::string sha256;                     ///< archive: 64 lower-case hexadecimal digits
  std::string path;                       ///< image-has: the absolute path that must exist in the image
  std::vector<tags::Architecture> arches; ///< where it is needed; empty: on every architecture of the recipe

  bool operator==(const Part&) const = default;
};

/// A symbolic link in the prefix.
struct PrefixLink {
  std::string path;   ///< relative to the prefix
  std::string target; ///< as it stands in the link

  bool operator==(const PrefixLink&) const = default;
};

/// A small file that the recipe adds to the prefix: a wrapper script, a configuration.
struct PrefixFile {
  std::string path;
  std::string text;
  bool is_executable = false;

  bool operator==(const PrefixFile&) const = default;
};

/// A variable of a cell's containers; "{prefix}", "{arch}" and "{targets}" in its value are filled in.
struct Variable {
  std::string name;
  std::string value;

  bool operator==(const Variable&) const = default;
};

/// What the toolchain asks of the compiler that the image brings. Absent: no limit is known.
struct CompilerLimits {
  std::optional<int> gcc_min;
  std::optional<int> gcc_max;
  std::optional<int> clang_max;
  std::optional<Version> binutils_min;
  std::string source; ///< where the limits were read

  bool operator==(const CompilerLimits&) const = default;
};

/// The kinds of device that code is compiled for.
struct Targets {
  std::vector<std::string> known; ///< what the compiler takes: "sm_80", "gfx90a"
  std::vector<std::string> usual; ///< what is built where the matrix names none
  std::string separator = ";";    ///< between targets in variables
  std::string prefix;             ///< what a target begins with, "sm_" or "gfx"; empty: the toolchain has no devices
  std::string source;

  bool operator==(const Targets&) const = default;
};

/// The driver that finished wheels need on the user's machine.
struct Driver {
  std::string minimum;                ///< "580"; empty: none is needed
  std::vector<std::string> libraries; ///< globs of sonames that a wheel must never bring
  std::string run_time; ///< the prefix's folder of such libraries that users have without a device: "usr/lib"; or empty
  std::vector<std::string> no_device; ///< names of the errors that say: there is no device here
  std::vector<std::string> devices;   ///< files of which one exists where there is a device: "/dev/nvidia0"
  std::vector<std::string> arguments; ///< words for the engine that bring the device into a container

  bool operator==(const Driver&) const = default;
};

/// The folder of a provider whose libraries stand in the environment's own lib/, two levels above site-packages.
inline constexpr std::string_view kEnvironmentLibraries = "../..";

/// A distribution of the package index whose libraries finished wheels may load instead of bringing them.
struct Provider {
  std::string distribution;         ///< "nvidia-cuda-runtime"
  std::vector<std::string> sonames; ///< "libcudart.so.13"
  std::string folder;               ///< below site-packages: "nvidia/cu13/lib"
  tags::LibcVersion tag;            ///< the glibc of its own platform tag: what installers ask for
  tags::LibcVersion glibc;          ///< the glibc that its libraries need
  std::string source;

  /// What a wheel that needs it can promise at best: the newer of the two.
  [[nodiscard]] tags::LibcVersion floor() const { return tag < glibc ? glibc : tag; }
  bool operator==(const Provider&) const = default;
};

/// How wheels of the toolchain are labelled where the matrix asks for labels.
struct Labels {
  std::string local;            ///< PEP 440 local version: "cu135"
  std::string suffix;           ///< of the distribution's name: "cu13"
  std::string build_tag;        ///< PEP 427 build tag: "1_cu135"
  std::string variant;          ///< PEP 825 label: "cu135"
  std::string variant_property; ///< "nvidia :: cuda_version_lower_bound :: 13.5"

  bool operator==(const Labels&) const = default;
};

/// One toolchain and version.
struct Recipe {
  std::string name;  ///< "cuda"
  Version version;   ///< 13.5
  std::string title; ///< as people say it: "CUDA 13.5"
  std::string summary;
  std::string needs_switch; ///< "non-free": is locked and fetched only where the user says so; empty: always
  std::vector<tags::Architecture> arches;
  std::vector<Part> parts;
  std::string root;  ///< of the prefix inside the unpacked parts: "nvidia/cu13"; empty: all of it
  std::string probe; ///< a file that must be in the prefix: "bin/nvcc"
  std::vector<PrefixLink> links;
  std::vector<PrefixFile> files;
  std::vector<Variable> environment;
  std::vector<std::string> path; ///< folders put first on PATH
  CompilerLimits compiler;
  Targets targets;
  tags::LibcVersion glibc;       ///< that its own programs need in the image
  tags::LibcVersion wheel_glibc; ///< that wheels made with it need at least; 0.0: nothing beyond their own code
  std::optional<tags::LibcVersion> supported_glibc; ///< below this the vendor gives no support
  std::optional<int> python_min;                    ///< the oldest Python 3 that it can be used with: 9 is 3.9
  std::optional<int> python_max;
  Driver driver;
  std::vector<Provider> providers;
  Labels labels;
  std::uint64_t memory_per_job_bytes = 0; ///< of one compiler process; 0: not known
  std::string smoke;                      ///< a shell line that must succeed with the prefix in place
  std::string source;                     ///< of the facts as a whole
  std::string digest;                     ///< SHA-256 of the recipe's file, in hexadecimal digits

  bool operator==(const Recipe&) const = default;

  /// "cuda-13.5".
  [[nodiscard]] std::string id() const { return name + "-" + version.text(); }
  [[nodiscard]] bool serves(tags::Architecture arch) const;
  /// True where nothing has to be fetched: every part is in the image.
  [[nodiscard]] bool is_in_image() const;
};

/// Reads a recipe. `file` is for messages. Fails (kind usage) with FILE:LINE:COLUMN and what is wanted on broken TOML,
/// unknown keys and values that mean nothing.
[[nodiscard]] Result<Recipe> parse_recipe(std::string_view text, std::string_view file);

/// The recipes that are built into the program (recipes/*.toml), by name, the newest version first.
[[nodiscard]] const std::vector<Recipe>& known_recipes();

/// One built-in recipe's file.
struct RecipeText {
  std::string file;
  std::string_view text;
};
/// The built-in files as they are.
[[nodiscard]] std::vector<RecipeText> known_recipe_texts();

/// By name, the newest version first; of two of one id the later one stays, so that a checkout's own goes over ours.
[[nodiscard]] std::vector<Recipe> sorted_recipes(std::vector<Recipe> recipes);

} // namespace wheelforge::toolchain
