// The report as text for a terminal.
#include "orchestrator/lifecycle/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace wheelforge::lifecycle {
namespace {

std::string days(const SupportEntry& entry) {
  if (!entry.days_left) {
    return "no date known";
  }
  const auto say = [](int left) {
    return left < 0 ? fmt::format("ended {} days ago", -left) : fmt::format("{} days left", left);
  };
  return entry.days_left_at_most ? say(*entry.days_left) + " or " + say(*entry.days_left_at_most)
                                 : say(*entry.days_left);
}

std::string percent(const std::optional<double>& value) {
  return value ? fmt::format("{:.1f} %", *value) : std::string("unknown");
}

void render_entry(const SupportEntry& entry, bool all, std::string& out) {
  out += fmt::format("  {:<9} {:<44} {}\n", to_string(entry.state), entry.name, days(entry));
  if (entry.state == SupportState::supported && !all) {
    return;
  }
  const auto line = [&](std::string_view what, const std::string& text) {
    if (!text.empty()) {
      out += fmt::format("            {:<9} {}\n", what, text);
    }
  };
  for (const SupportEnd& end : entry.ends) {
    line(end.decides ? "until" : "also", fmt::format("{} {} ({})", end.date, end.what, end.source));
  }
  line("note", entry.detail);
  line("move to", entry.move_to);
  for (const MoveCost& cost : entry.costs) {
    if (cost.percent_now && cost.percent_then) {
      line("costs", fmt::format("{}: {} of installs instead of {} ({:+.1f})", cost.arch, percent(cost.percent_then),
                                percent(cost.percent_now), *cost.percent_then - *cost.percent_now));
    }
    if (!cost.loses.empty()) {
      line("loses", fmt::format("{}: {}", cost.arch, fmt::join(cost.loses, ", ")));
    }
  }
  if (entry.percent) {
    line("costs", fmt::format("{} of downloads", percent(entry.percent)));
  }
  line("used by", fmt::format("{}", fmt::join(entry.used_by, ", ")));
}

/// Components whose answer is the same sentence, so that ten crates are one line.
void render_unknown(const WheelReport& wheel, std::string& out) {
  std::map<std::string, std::vector<std::string>> by_reason;
  for (const AssessedComponent& one : wheel.components) {
    if (one.assessment.state == VulnerabilityState::unknown) {
      const std::string version = one.component.version.empty() ? std::string() : " " + one.component.version;
      by_reason[one.assessment.reason].push_back(one.component.name + version);
    }
  }
  for (const auto& [reason, names] : by_reason) {
    out += fmt::format("  unknown     {}: {}\n", reason, fmt::join(names, ", "));
  }
}

void render_wheel(const WheelReport& wheel, bool all, std::string& out) {
  out += fmt::format("{}\n", wheel.file);
  for (const std::string& problem : wheel.problems) {
    out += fmt::format("  unreadable  {}\n", problem);
  }
  std::size_t fine = 0;
  for (const AssessedComponent& one : wheel.components) {
    const Component& component = one.component;
    if (one.assessment.state == VulnerabilityState::none_known) {
      ++fine;
      if (all) {
        out += fmt::format("  none known  {} {} [{}]\n", component.name, component.version, to_string(component.means));
      }
    }
    if (one.assessment.state != VulnerabilityState::vulnerable) {
      continue;
    }
    out += fmt::format("  vulnerable  {} {} [{}{}{}]\n", component.name, component.version, component.base.ecosystem,
                       component.base.ecosystem.empty() ? "" : ", ", to_string(component.means));
    for (const KnownVulnerability& known : one.assessment.vulnerabilities) {
      out += fmt::format("              {:<8} {}  {}{}\n", to_string(known.severity), known.id,
                         known.fixed.empty() ? std::string("no fixed version is known") : "fixed in " + known.fixed,
                         known.aliases.empty() ? std::string() : fmt::format("  ({})", fmt::join(known.aliases, ", ")));
    }
    if (!one.assessment.reason.empty()) {
      out += fmt::format("              more may be missing: {}\n", one.assessment.reason);
    }
  }
  render_unknown(wheel, out);
  if (fine > 0 && !all) {
    out += fmt::format("  none known  {} other component{}\n", fine, fine == 1 ? "" : "s");
  }
}

} // namespace

std::string to_text(const LifecycleReport& report, bool all) {
  std::string out = fmt::format("support on {}, by dates of {}\n", to_string(report.today), report.facts_as_of);
  std::optional<SubjectKind> kind;
  for (const SupportEntry& entry : report.entries) {
    if (kind != entry.kind) {
      kind = entry.kind;
      out += fmt::format("{}s\n", to_string(entry.kind));
    }
    render_entry(entry, all, out);
  }
  if (report.wheels.empty()) {
    return out;
  }
  out += "\nadvisories\n";
  for (const Feed& feed : report.feeds) {
    out += fmt::format("  {}: {} advisories, newest {}{}{}\n", feed.name, feed.advisories,
                       feed.newest.empty() ? std::string("none") : feed.newest.substr(0, 10),
                       feed.fetched.empty() ? std::string() : ", fetched " + feed.fetched,
                       feed.problem.empty() ? std::string() : "; NOT REFRESHED: " + feed.problem);
  }
  if (report.feeds.empty()) {
    out += "  no database was given: wheelforge lifecycle --refresh, or --osv FILE\n";
  }
  for (const WheelReport& wheel : report.wheels) {
    out += "\n";
    render_wheel(wheel, all, out);
  }
  return out;
}

} // namespace wheelforge::lifecycle
