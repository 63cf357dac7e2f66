// The checks: each looks at one side of a wheel and adds findings.
#pragma once

#include "orchestrator/audit/finding.hpp"
#include "orchestrator/audit/loader.hpp"
#include "orchestrator/audit/verdict.hpp"
#include "orchestrator/audit/wheel_scan.hpp"
#include "orchestrator/wheel/wheel_name.hpp"
#include "orchestrator/zip/zip_reader.hpp"

#include <optional>
#include <set>
#include <string>

namespace wheelforge::audit {

/// What the checks of a platform wheel look at.
struct CheckInput {
  const zip::ZipReader& archive;
  const WheelScan& scan;
  const std::optional<wheel::WheelName>& name;
  const Platform& platform;
};

/// The archive and the *.dist-info files: names, RECORD, METADATA, WHEEL, integrity.
void check_container(const CheckInput& input, Findings& findings);

/// Files against the tags: foreign machines, both libcs, purelib, broken files.
void check_contents(const CheckInput& input, Findings& findings);

/// What a loader does with each file: stack, relocations, TLS, alignment, instruction set, text relocations.
void check_loading(const CheckInput& input, Findings& findings);

/// Dependencies and search paths.
void check_dependencies(const CheckInput& input, const Loader& loader, Findings& findings);

/// Symbols: undefined everywhere, private, versions without library, what both sides of Python's API say.
void check_symbols(const CheckInput& input, const Loader& loader, const ArchPolicies& policies,
                   const std::vector<std::uint64_t>& wheel_exports, Findings& findings);

/// What extensions want from Python against the Pythons that the tags name. `wheel_exports` as exports_of_wheel gives
/// it.
void check_python(const CheckInput& input, const std::vector<std::uint64_t>& wheel_exports, Findings& findings);

/// The NumPy that extensions were compiled against, held against Requires-Dist.
void check_numpy(const CheckInput& input, Findings& findings);

/// symbol_hash of every name that the wheel's files of the platform export, sorted.
[[nodiscard]] std::vector<std::uint64_t> exports_of_wheel(const CheckInput& input);

/// Versions wanted from the dynamic loader that are newer than everything else the files want.
void check_loader_versions(const std::vector<Demand>& demands, Findings& findings);

/// Run-time libraries, C++ ABI, debug information: what is legal but worth knowing.
void check_practice(const CheckInput& input, Findings& findings);

/// The release of musl by the symbols that are wanted of it.
void check_musl(const CheckInput& input, const Verdict& verdict, const std::vector<std::uint64_t>& wheel_exports,
                Findings& findings);

/// The file name's platform tags against the verdict.
void check_claims(const CheckInput& input, const Verdict& verdict, Findings& findings);

} // namespace wheelforge::audit
