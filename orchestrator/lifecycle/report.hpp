// The report of `wheelforge lifecycle` as a value, what in it makes a scheduled job fail, and its renderings.
#pragma once

#include "orchestrator/lifecycle/assessment.hpp"
#include "orchestrator/lifecycle/support.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::lifecycle {

/// One component of a wheel with its answer.
struct AssessedComponent {
  Component component;
  Assessment assessment;
};

/// One wheel.
struct WheelReport {
  std::string file;
  std::vector<std::string> problems; ///< members that could not be read
  std::vector<AssessedComponent> components;
};

/// Everything.
struct LifecycleReport {
  Date today;
  std::string facts_as_of; ///< of the built-in tables of dates
  std::vector<Feed> feeds;
  std::vector<SupportEntry> entries;
  std::vector<WheelReport> wheels;
};

/// How bad a finding is for a reader.
enum class FindingLevel : std::uint8_t { note, warning, error };

/// One thing worth acting on.
struct LifecycleFinding {
  std::string code; ///< "eol", "eol-soon", "eol-disputed", "vulnerability", "unknown", "stale-database"
  FindingLevel level = FindingLevel::note;
  std::string subject; ///< "tag manylinux2014", "openssl-libs 1.1.1k-15.el8_6"
  std::string file;    ///< the wheel; empty where it is about none
  std::string message;
  Severity severity = Severity::unknown; ///< of vulnerabilities
  std::optional<int> days_left;          ///< of ends

  bool operator==(const LifecycleFinding&) const = default;
};

/// The findings of a report: worst first, then by code, subject and file.
[[nodiscard]] std::vector<LifecycleFinding> findings_of(const LifecycleReport& report);

/// What --fail-on asks for.
struct FailOn {
  bool eol = false;              ///< ended, or ended by one source
  std::optional<int> eol_within; ///< also what ends within so many days
  std::optional<Severity> cve;   ///< vulnerabilities from this severity upwards; of unknown severity always
  bool unknown = false;          ///< components of which nobody can say
  bool stale = false;            ///< feeds that could not be refreshed, or are older than kStaleDays

  bool operator==(const FailOn&) const = default;
  [[nodiscard]] bool matches(const LifecycleFinding& finding) const;
};
inline constexpr int kStaleDays = 30;

/// "eol", "eol:90", "cve", "cve:high", "unknown", "stale", "never". Fails (kind usage) on other words.
[[nodiscard]] Result<FailOn> parse_fail_on(const std::vector<std::string>& words);

/// For a terminal.
[[nodiscard]] std::string to_text(const LifecycleReport& report, bool all);
/// docs/schema/lifecycle.schema.json.
[[nodiscard]] std::string to_json(const LifecycleReport& report);
/// SARIF 2.1.0.
[[nodiscard]] std::string to_sarif(const LifecycleReport& report, std::string_view tool_version);

} // namespace wheelforge::lifecycle
