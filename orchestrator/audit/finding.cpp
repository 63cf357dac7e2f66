// Severities, the collection of findings, and the manual page made of the codes.
#include "orchestrator/audit/finding.hpp"

#include <algorithm>
#include <array>
#include <tuple>

namespace wheelforge::audit {
namespace {
constexpr std::array<std::string_view, 3> kSeverities = {"note", "warning", "error"};
} // namespace

std::string_view to_string(Severity severity) { return kSeverities.at(static_cast<std::size_t>(severity)); }

std::optional<Severity> find_severity(std::string_view name) {
  const auto found = std::find(kSeverities.begin(), kSeverities.end(), name);
  if (found == kSeverities.end()) {
    return std::nullopt;
  }
  return static_cast<Severity>(found - kSeverities.begin());
}

const FindingCode* find_code(std::string_view name) {
  const auto codes = finding_codes();
  const auto found =
      std::lower_bound(codes.begin(), codes.end(), name,
                       [](const FindingCode& code, std::string_view wanted) { return code.name < wanted; });
  return found != codes.end() && found->name == name ? &*found : nullptr;
}

void Findings::add(std::string_view code, std::string path, std::string message) {
  const FindingCode* info = find_code(code);
  WF_CHECK(info != nullptr);
  add(code, info->severity, std::move(path), std::move(message));
}

void Findings::add(std::string_view code, Severity severity, std::string path, std::string message) {
  const FindingCode* info = find_code(code);
  WF_CHECK(info != nullptr);
  findings_.push_back({std::string(code), severity, std::move(path), std::move(message), std::string(info->hint)});
}

std::vector<Finding> Findings::sorted() const {
  std::vector<Finding> findings = findings_;
  std::sort(findings.begin(), findings.end(), [](const Finding& a, const Finding& b) {
    return std::tie(b.severity, a.code, a.path, a.message) < std::tie(a.severity, b.code, b.path, b.message);
  });
  findings.erase(std::unique(findings.begin(), findings.end()), findings.end());
  return findings;
}

bool Findings::has(std::string_view code) const {
  return std::any_of(findings_.begin(), findings_.end(), [&](const Finding& finding) { return finding.code == code; });
}

std::string findings_manual() {
  std::string text =
      "# Findings\n\n"
      "What `wheelforge audit` can find, and tests on users' machines, by code. Severities: an *error* does not\n"
      "install, does not load, or promises what it does not keep; a *warning* fails on some machines or is poor "
      "practice; a *note* is\n"
      "worth knowing. `--fail-on` takes severities and codes. This page is written by\n"
      "`wheelforge explain --all --markdown`; do not edit it.\n\n"
      "| code | severity | in one line |\n|---|---|---|\n";
  for (const FindingCode& code : finding_codes()) {
    text += fmt::format("| [{0}](#{0}) | {1} | {2} |\n", code.name, to_string(code.severity), code.title);
  }
  for (const FindingCode& code : finding_codes()) {
    text += fmt::format("\n## {}\n\n**{}:** {}\n\n{}\n\n*What to do:* {}\n", code.name, to_string(code.severity),
                        code.title, code.meaning, code.hint);
  }
  return text;
}

} // namespace wheelforge::audit
