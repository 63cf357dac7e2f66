// What a user may set for a cell: the tables [build], [repair], [audit] and [test], resolved to plain values.
#pragma once

#include "orchestrator/matrix/diagnostic.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::matrix {

/// Lines that run in one shell, joined with " && ", so that a `cd` or a variable lasts to the next line.
using ShellLines = std::vector<std::string>;

/// The lines as the one command that `sh -c` gets; empty where there are none.
[[nodiscard]] std::string joined(const ShellLines& lines);

/// A variable for the environment of a step. `value` is expanded in the container as a bash word between double quotes
/// (so `$(git describe)` and `${HOME}` work), one assignment after the other: a later one sees the earlier ones.
struct Assignment {
  std::string name; ///< [A-Za-z_][A-Za-z0-9_]*
  std::string value;

  bool operator==(const Assignment&) const = default;
};

/// In the order of the file; a name that stands twice is assigned twice.
using Assignments = std::vector<Assignment>;

/// A setting for the build back end: `-C name=value` once for every value.
struct ConfigSetting {
  std::string name;
  std::vector<std::string> values;

  bool operator==(const ConfigSetting&) const = default;
};

/// The program that drives the build back end.
enum class FrontendName {
  automatic, ///< build[uv] where the image or the host has uv, otherwise build
  build,
  build_uv,
  pip,
};

/// As the matrix file spells it: "auto", "build", "build[uv]", "pip".
[[nodiscard]] std::string_view to_string(FrontendName name);

struct Frontend {
  FrontendName name = FrontendName::automatic;
  std::vector<std::string> args; ///< put on its command line as they are

  bool operator==(const Frontend&) const = default;
};

/// Absent: no limit.
using Timeout = std::optional<std::chrono::seconds>;

/// Absent: "auto", what the machine's cores and memory allow.
using Jobs = std::optional<std::int64_t>;

/// [build]
struct BuildOptions {
  Frontend frontend;
  ShellLines before_all;   ///< once an image and architecture
  ShellLines before_build; ///< once a cell
  Assignments environment;
  std::vector<std::string> environment_pass; ///< variables of the host that go into the container
  std::vector<ConfigSetting> config_settings;
  bool network = false; ///< of the build step itself; what it requires is installed before
  Jobs jobs;
  std::int64_t verbosity = 0; ///< -3 … 3
  Timeout timeout = std::chrono::hours(6);

  bool operator==(const BuildOptions&) const = default;
};

enum class RepairMode {
  standard, ///< "default": graft, rename, retag
  none,     ///< the wheel stays as the back end made it
  custom,   ///< lines of the user's, with {wheel} and {dest_dir}
};

struct RepairCommand {
  RepairMode mode = RepairMode::standard;
  ShellLines lines; ///< only of `custom`

  bool operator==(const RepairCommand&) const = default;
};

/// [repair]
struct RepairOptions {
  RepairCommand command;
  std::vector<std::string> exclude; ///< globs of sonames that are never grafted

  bool operator==(const RepairOptions&) const = default;
};

/// [audit]
struct AuditOptions {
  std::string policy = "claimed";               ///< "claimed", or a platform tag without its architecture
  std::vector<std::string> fail_on = {"error"}; ///< severities, or codes of findings

  bool operator==(const AuditOptions&) const = default;
};

/// Where a wheel is tested: always a container that never saw the build.
struct TestPlace {
  enum class Kind {
    same,         ///< the image that built it
    distribution, ///< `name` is one of wheelforge's distributions: debian-12
    image,        ///< `name` is an image reference
    reach,        ///< every distribution with a test image on which pip would take the wheel
  };
  Kind kind = Kind::same;
  std::string name;

  bool operator==(const TestPlace&) const = default;
};

/// The place as the matrix file spells it: "same", "debian-12", "image:NAME", "reach".
[[nodiscard]] std::string to_string(const TestPlace& place);

/// [test]
struct TestOptions {
  std::vector<TestPlace> on = {TestPlace{}};
  ShellLines command;                 ///< empty: the wheel is installed and nothing more
  std::vector<std::string> requires_; ///< `requires`: requirements as pip takes them
  std::vector<std::string> extras;
  std::vector<std::string> groups;  ///< PEP 735
  std::vector<std::string> sources; ///< paths copied into the folder that the tests run in
  Assignments environment;
  std::vector<Located<std::string>> skip; ///< globs of ids of cells; whether one is tested, Cell::is_tested says
  ShellLines before;
  Timeout timeout = std::chrono::hours(1);

  bool operator==(const TestOptions&) const = default;
};

/// [accelerator]
struct AcceleratorOptions {
  std::vector<std::string> targets;        ///< devices: "sm_80", "gfx90a"; each toolchain takes its own kind
  std::int64_t gcc = 0;                    ///< major version of the compiler that builds; 0: the image's own
  std::vector<std::string> allow;          ///< sources of toolchains that must be allowed: "non-free"
  std::string label = "local";             ///< "none", "local", "suffix", "build-tag" or "variant"
  std::optional<std::uint64_t> size_limit; ///< of a wheel, in bytes
  ShellLines no_device;                    ///< prints the name of the error that says there is no device
  ShellLines device;                       ///< tests for machines that have one

  bool operator==(const AcceleratorOptions&) const = default;
};

/// Everything that can differ from cell to cell.
struct CellOptions {
  BuildOptions build;
  RepairOptions repair;
  AuditOptions audit;
  TestOptions test;
  AcceleratorOptions accelerator;

  bool operator==(const CellOptions&) const = default;
};

} // namespace wheelforge::matrix
