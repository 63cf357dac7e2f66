// Audit reports as text: for people, as JSON (docs/schema/audit.schema.json), as SARIF 2.1.0.
#pragma once

#include "orchestrator/audit/report.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::audit {

/// A wheel that could not be read at all.
struct UnreadableWheel {
  std::string wheel;
  std::string message;

  bool operator==(const UnreadableWheel&) const = default;
};

/// One JSON document for all wheels, in the order given; ends with a newline. The same reports give the same bytes.
[[nodiscard]] std::string to_json(std::span<const AuditReport> reports, std::span<const UnreadableWheel> unreadable);

/// One SARIF run for all wheels; a result's place is the wheel, and the member inside it as a logical location.
[[nodiscard]] std::string to_sarif(std::span<const AuditReport> reports, std::span<const UnreadableWheel> unreadable,
                                   std::string_view tool_version);

/// How much is written for people.
enum class Detail : std::uint8_t {
  usual, ///< the verdict, the nearest wider tag, errors and warnings; notes counted
  all,   ///< every wider tag, every note
};

/// The report for people: one line of verdict, why not better, external libraries, findings by code.
[[nodiscard]] std::string to_text(const AuditReport& report, Detail detail = Detail::usual);

} // namespace wheelforge::audit
