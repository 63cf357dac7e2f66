// A wheel as an accelerator's wheel: where every library comes from, what its device code is for, how large it is.
#pragma once

#include "orchestrator/audit/report.hpp"
#include "orchestrator/devicecode/device_code.hpp"
#include "orchestrator/toolchain/label.hpp"
#include "orchestrator/toolchain/recipe.hpp"
#include "orchestrator/wheel/metadata.hpp"
#include "orchestrator/zip/zip_reader.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::accelerator {

/// Where a needed library comes from.
enum class Origin : std::uint8_t {
  own,      ///< a file of the wheel
  grafted,  ///< a file that repair put into the wheel: below a folder NAME.libs
  provider, ///< another distribution of the package index
  policy,   ///< every system of the platform tag has it
  driver,   ///< comes with a device driver
  missing,  ///< none of these
};
/// "own", "grafted", "provider", "policy", "driver", "missing".
[[nodiscard]] std::string_view to_string(Origin origin);

/// One DT_NEEDED of one file.
struct Need {
  std::string path; ///< of the file that needs it
  std::string soname;
  Origin origin = Origin::missing;
  std::string from;                       ///< the file, the distribution or the widest policy
  std::optional<tags::LibcVersion> floor; ///< the glibc that it asks for
  bool is_required = false;               ///< of a provider: METADATA asks for it
  bool is_reached = false;                ///< of a provider: the file's search path leads to its folder
  std::string wanted_path; ///< of a provider: the entry that leads there: "$ORIGIN/../../nvidia/cu13/lib"
};

/// One entry of a DT_RPATH or DT_RUNPATH.
struct SearchPath {
  enum class Kind : std::uint8_t {
    wheel,    ///< a folder of the wheel
    provider, ///< a folder that a provider brings
    dead,     ///< leads to no folder that anybody is known to bring
    absolute, ///< not relative to the file
    escaping, ///< leaves site-packages
  };
  std::string path; ///< of the file
  std::string written;
  Kind kind = Kind::dead;
};
[[nodiscard]] std::string_view to_string(SearchPath::Kind kind);

/// Something that is wrong with the wheel.
struct Problem {
  std::string code;     ///< "wrong-toolkit", "missing-target", "driver-bundled", …
  bool is_error = true; ///< else a warning
  std::string path;     ///< empty: the whole wheel
  std::string message;

  bool operator==(const Problem&) const = default;
};

/// A part of the wheel and its size.
struct Share {
  std::string name;
  std::uint64_t bytes = 0;
};

/// What the sizes are.
struct SizeReport {
  std::uint64_t wheel_bytes = 0;
  std::uint64_t unpacked_bytes = 0;
  std::vector<Share> files;    ///< the largest as packed, at most ten
  std::vector<Share> sections; ///< device code by vendor, debug information, the rest of ELF files; unpacked
  std::vector<Share> targets;  ///< device code by target
};

/// Everything about one wheel.
struct Inspection {
  std::string wheel;
  std::string tag;        ///< the platform tag that it can promise: the highest floor of files, providers and toolchain
  std::string tag_reason; ///< what asks for the most
  std::vector<Need> needs;
  std::vector<SearchPath> search_paths;
  devicecode::DeviceInventory device;
  std::vector<std::string> toolchains;       ///< "cuda 13": by the providers that are needed
  std::vector<std::string> openmp_runtimes;  ///< sonames of OpenMP run times that are needed or brought, each once
  std::vector<std::string> threading_layers; ///< "MKL: Intel OpenMP (libmkl_intel_thread.so.3)"
  SizeReport size;
  std::vector<Problem> problems;
};

/// What the wheel was meant to be.
struct Expectation {
  const toolchain::Recipe* recipe = nullptr; ///< nullptr: nothing is expected
  std::vector<std::string> targets;          ///< empty: any
  toolchain::Label label;
  std::optional<std::uint64_t> size_limit;
  std::optional<std::uint64_t> size_before; ///< of the last release's wheel
};

/// Puts the audit's report, the archive and the recipes together. Fails only where the archive cannot be read.
[[nodiscard]] Result<Inspection> inspect(const zip::ZipReader& archive, const audit::AuditReport& report,
                                         std::span<const toolchain::Recipe> recipes, const Expectation& expected);

/// The report as JSON (one object) and as text.
[[nodiscard]] std::string to_json(const Inspection& inspection);
[[nodiscard]] std::string to_text(const Inspection& inspection);

} // namespace wheelforge::accelerator
