// Linux distributions as facts: C library, runtime libraries, default Python and pip, and how long they are supported.
#pragma once

#include "orchestrator/base/error.hpp"
#include "orchestrator/tags/platform_tag.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::platform {

/// Which C library a distribution is built on.
enum class Libc : std::uint8_t { glibc, musl };

/// "glibc" or "musl".
[[nodiscard]] std::string_view to_string(Libc libc);

/// When a distribution was released and until when it is supported: RFC 3339 full-dates, absent where no source says.
/// Two sources are kept side by side because they disagree in places.
struct SupportWindow {
  std::optional<std::string> released;
  std::optional<std::string> ends;             ///< free standard support (endoflife.date)
  std::optional<std::string> extended_ends;    ///< paid or community extension (endoflife.date)
  std::optional<std::string> ends_pep600;      ///< free standard support (pep600_compliance)
  std::optional<std::string> lts_ends_pep600;  ///< long-term support (pep600_compliance)
  std::optional<std::string> elts_ends_pep600; ///< extended long-term support (pep600_compliance)

  bool operator==(const SupportWindow&) const = default;
};

/// The newest symbol versions that a distribution's runtime libraries export, as dotted numbers; absent: not read.
struct RuntimeMaxima {
  std::optional<std::string> glibcxx; ///< libstdc++: GLIBCXX_
  std::optional<std::string> cxxabi;  ///< libstdc++: CXXABI_
  std::optional<std::string> gcc;     ///< libgcc_s: GCC_
  std::optional<std::string> zlib;    ///< libz: ZLIB_

  bool operator==(const RuntimeMaxima&) const = default;
};

/// One release of one distribution.
struct Distribution {
  std::string name;                    ///< "debian", "rhel", "amazonlinux"
  std::string version;                 ///< "11", "3.22", "testing"
  std::optional<std::string> codename; ///< "Bullseye"
  Libc libc = Libc::glibc;
  std::optional<tags::LibcVersion> libc_version; ///< absent where no source says
  RuntimeMaxima runtime;
  std::optional<std::string> runtime_arch;        ///< the architecture that `runtime` was read on
  std::optional<std::vector<std::string>> arches; ///< sorted; absent: no source says
  bool rolling = false;
  SupportWindow support;
  std::optional<std::string> python;          ///< the default Python: "3.9" or "3.9.2"
  std::optional<std::string> pip;             ///< the pip it ships for that Python
  std::optional<std::string> python_evidence; ///< where `python` and `pip` were read; "recall…" was not checked
  std::vector<std::string> sources;

  bool operator==(const Distribution&) const = default;

  /// "debian-11": the name of this release on the command line.
  [[nodiscard]] std::string id() const { return name + "-" + version; }
};

/// Every distribution of a data file in the form of data/distributions.json, in its order.
/// Fails (kind invalid_data) on broken JSON and on rows whose fields have the wrong type, naming the row.
[[nodiscard]] Result<std::vector<Distribution>> parse_distributions(std::string_view json);

/// The distributions that are built into the program.
[[nodiscard]] const std::vector<Distribution>& known_distributions();

/// The release with this id: "debian-11", "debian:11", "debian-bullseye", "alma-9". Fails (kind not_found) with the
/// nearest known ids as hint. The pointer is into `distributions`.
[[nodiscard]] Result<const Distribution*> find_distribution(const std::vector<Distribution>& distributions,
                                                            std::string_view id);

/// The last day of free standard support that any source gives; absent: none does.
[[nodiscard]] std::optional<std::string> last_day_of_support(const SupportWindow& support);

} // namespace wheelforge::platform
