// What in a report is worth acting on, and what makes a job fail.
#include "orchestrator/lifecycle/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace wheelforge::lifecycle {
namespace {

std::string dates(const SupportEntry& entry, bool deciding) {
  std::vector<std::string> parts;
  for (const SupportEnd& end : entry.ends) {
    if (end.decides == deciding) {
      parts.push_back(fmt::format("{} until {} ({})", end.what, end.date, end.source));
    }
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

void add_entry(const SupportEntry& entry, std::vector<LifecycleFinding>& out) {
  LifecycleFinding finding;
  finding.subject = fmt::format("{} {}", to_string(entry.kind), entry.name);
  finding.days_left = entry.days_left;
  const std::string move = entry.move_to.empty() ? std::string() : "; move to " + entry.move_to;
  switch (entry.state) {
  case SupportState::ended:
    finding.code = "eol";
    finding.level = FindingLevel::error;
    finding.message = fmt::format("{} is out of support: {}{}", finding.subject, dates(entry, true), move);
    break;
  case SupportState::disputed:
    finding.code = "eol-disputed";
    finding.level = FindingLevel::warning;
    finding.message =
        fmt::format("sources disagree whether {} is out of support: {}{}", finding.subject, dates(entry, true), move);
    break;
  case SupportState::ending:
    finding.code = "eol-soon";
    finding.level = FindingLevel::warning;
    finding.message =
        fmt::format("{} has {} days left: {}{}", finding.subject, *entry.days_left, dates(entry, true), move);
    break;
  case SupportState::supported:
  case SupportState::unknown:
    return;
  }
  out.push_back(std::move(finding));
}

void add_component(const std::string& file, const AssessedComponent& one, std::vector<LifecycleFinding>& out) {
  const std::string subject =
      one.component.version.empty() ? one.component.name : one.component.name + " " + one.component.version;
  for (const KnownVulnerability& known : one.assessment.vulnerabilities) {
    const std::string aliases =
        known.aliases.empty() ? std::string() : fmt::format(" ({})", fmt::join(known.aliases, ", "));
    const std::string mended =
        known.fixed.empty() ? std::string("; no fixed version is known") : "; fixed in " + known.fixed;
    out.push_back({"vulnerability",
                   known.severity == Severity::low || known.severity == Severity::none ? FindingLevel::note
                   : known.severity == Severity::medium                                ? FindingLevel::warning
                                                                                       : FindingLevel::error,
                   subject, file, fmt::format("{}: {}{}{}", known.id, known.summary, aliases, mended), known.severity,
                   std::nullopt});
  }
  if (!one.assessment.reason.empty()) {
    out.push_back({"unknown", FindingLevel::note, subject, file, "not known: " + one.assessment.reason,
                   Severity::unknown, std::nullopt});
  }
}

Result<int> days_of(const std::string& word, std::string_view digits) {
  int days = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), days);
  if (error != std::errc() || end != digits.data() + digits.size() || days < 0) {
    return fail(ErrorKind::usage, "--fail-on {}: wanted a number of days, as in eol:90", word);
  }
  return days;
}

} // namespace

std::vector<LifecycleFinding> findings_of(const LifecycleReport& report) {
  std::vector<LifecycleFinding> out;
  for (const SupportEntry& entry : report.entries) {
    add_entry(entry, out);
  }
  for (const WheelReport& wheel : report.wheels) {
    for (const std::string& problem : wheel.problems) {
      out.push_back({"unknown", FindingLevel::warning, wheel.file, wheel.file, "not readable: " + problem,
                     Severity::unknown, std::nullopt});
    }
    for (const AssessedComponent& one : wheel.components) {
      add_component(wheel.file, one, out);
    }
  }
  for (const Feed& feed : report.feeds) {
    const Result<Date> fetched = parse_date(feed.fetched);
    const int age = fetched ? days_between(*fetched, report.today) : 0;
    if (!feed.problem.empty()) {
      out.push_back({"stale-database",
                     FindingLevel::warning,
                     feed.name,
                     {},
                     fmt::format("not refreshed, the data of {} is used: {}", feed.fetched, feed.problem),
                     Severity::unknown,
                     std::nullopt});
    } else if (age > kStaleDays) {
      out.push_back({"stale-database",
                     FindingLevel::warning,
                     feed.name,
                     {},
                     fmt::format("the data is {} days old; wheelforge lifecycle --refresh gets newer", age),
                     Severity::unknown,
                     std::nullopt});
    }
  }
  std::sort(out.begin(), out.end(), [](const LifecycleFinding& a, const LifecycleFinding& b) {
    return std::tuple(b.level, b.severity, a.code, a.subject, a.file, a.message) <
           std::tuple(a.level, a.severity, b.code, b.subject, b.file, b.message);
  });
  return out;
}

bool FailOn::matches(const LifecycleFinding& finding) const {
  if (finding.code == "eol" || finding.code == "eol-disputed") {
    return eol;
  }
  if (finding.code == "eol-soon") {
    return eol_within && finding.days_left && *finding.days_left <= *eol_within;
  }
  if (finding.code == "vulnerability") {
    return cve && (finding.severity == Severity::unknown || finding.severity >= *cve);
  }
  return (finding.code == "unknown" && unknown) || (finding.code == "stale-database" && stale);
}

Result<FailOn> parse_fail_on(const std::vector<std::string>& words) {
  FailOn out;
  for (const std::string& word : words) {
    const std::size_t colon = word.find(':');
    const std::string what = word.substr(0, colon);
    const bool alone = colon == std::string::npos;
    const std::string more = alone ? std::string() : word.substr(colon + 1);
    if (what == "eol") {
      out.eol = true;
      if (!alone) {
        WF_TRY(out.eol_within, days_of(word, more));
      }
    } else if (what == "cve") {
      const std::optional<Severity> severity = alone ? Severity::none : severity_of_word(more);
      if (!severity || *severity == Severity::unknown) {
        return fail(ErrorKind::usage, "--fail-on {}: wanted low, medium, high or critical after cve:", word);
      }
      out.cve = out.cve ? std::min(*out.cve, *severity) : *severity;
    } else if (word == "unknown") {
      out.unknown = true;
    } else if (word == "stale") {
      out.stale = true;
    } else if (word != "never") {
      return fail(ErrorKind::usage, "--fail-on {}: wanted eol, eol:DAYS, cve, cve:SEVERITY, unknown, stale or never",
                  word);
    }
  }
  return out;
}

} // namespace wheelforge::lifecycle
