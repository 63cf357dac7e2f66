// What the audit finds: a code that explains itself, a severity, the file, and a sentence.
#pragma once

#include "orchestrator/base/error.hpp"

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::audit {

/// How bad a finding is. The order is the order of --fail-on: a later one is worse.
enum class Severity : std::uint8_t {
  note,    ///< worth knowing; nothing fails
  warning, ///< fails on some machines or under some policies, or is poor practice
  error,   ///< does not install, does not load, or promises what it does not keep
};
/// "note", "warning", "error".
[[nodiscard]] std::string_view to_string(Severity severity);
/// The severity of that name; nothing for other words.
[[nodiscard]] std::optional<Severity> find_severity(std::string_view name);

/// One kind of finding, as `wheelforge explain` and docs/manual/findings.md show it.
struct FindingCode {
  std::string_view name; ///< "executable-stack"
  Severity severity;     ///< of most findings of the kind; a finding may be milder or harder
  std::string_view title;
  std::string_view meaning; ///< what happens to whom, with the loader's words where there are some
  std::string_view hint;    ///< what to do about it
};

/// Every code, sorted by name.
[[nodiscard]] std::span<const FindingCode> finding_codes();
/// The code of that name; nullptr for unknown names.
[[nodiscard]] const FindingCode* find_code(std::string_view name);

/// One finding.
struct Finding {
  std::string code;
  Severity severity = Severity::note;
  std::string path; ///< of the member; empty when it concerns the whole wheel
  std::string message;
  std::string hint;

  bool operator==(const Finding&) const = default;
};

/// Collects findings; the code must be one of finding_codes().
class Findings {
public:
  /// Adds a finding with its code's severity and hint.
  void add(std::string_view code, std::string path, std::string message);
  /// Adds a finding of another severity than its code's.
  void add(std::string_view code, Severity severity, std::string path, std::string message);

  /// Worst first, then by code, path and message; each once.
  [[nodiscard]] std::vector<Finding> sorted() const;
  /// True where a finding of this code was added.
  [[nodiscard]] bool has(std::string_view code) const;

private:
  std::vector<Finding> findings_;
};

/// The text of docs/manual/findings.md: every code with severity, meaning and hint.
[[nodiscard]] std::string findings_manual();

} // namespace wheelforge::audit
