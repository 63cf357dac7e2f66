// The verdict that auditwheel 6.8.2 gives on a machine without the wheel's external libraries, rule by rule.
#pragma once

#include "orchestrator/audit/wheel_scan.hpp"
#include "orchestrator/zip/zip_reader.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace wheelforge::audit {

/// auditwheel's answer: its overall tag, or why it gives none (exit status 1, in most cases a traceback).
struct AuditwheelVerdict {
  std::optional<std::string> tag; ///< "manylinux_2_17_x86_64", "linux_x86_64"
  std::string sym_tag;            ///< the tag by symbol versions alone; empty without a verdict
  std::string reason;             ///< why there is no verdict; empty with one

  bool operator==(const AuditwheelVerdict&) const = default;
};

/// Follows `auditwheel show` step by step, with its blind spots: RECORD names the files, tables are found by section
/// names, versions wanted from ld-linux are skipped. Nothing of the host is asked: libraries that are not in the wheel
/// count as not found, and where the answer would hang on the host there is none.
/// Source: auditwheel 6.8.2, wheel_abi.py, lddtree.py, elfutils.py, policy/__init__.py, main_show.py.
[[nodiscard]] AuditwheelVerdict auditwheel_verdict(const zip::ZipReader& archive, const WheelScan& scan,
                                                   std::string_view file_name);

} // namespace wheelforge::audit
