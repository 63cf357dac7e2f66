// The report for people.
#include "orchestrator/audit/render.hpp"

#include <algorithm>
#include <map>

namespace wheelforge::audit {
namespace {

constexpr std::size_t kMaxLines = 6; ///< of one group, unless all is wanted

/// Names inside wheels are outside data: control characters do not reach the terminal.
std::string printable(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      safe += fmt::format("\\x{:02x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    } else {
      safe += c;
    }
  }
  return safe;
}

std::string first_symbols(const std::vector<std::string>& symbols) {
  std::string text;
  for (std::size_t i = 0; i < symbols.size() && i < 3; ++i) {
    text += (i == 0 ? "" : ", ") + symbols[i];
  }
  return symbols.size() > 3 ? fmt::format("{}, and {} more", text, symbols.size() - 3) : text;
}

std::string line_of(const Obstacle& obstacle) {
  std::string text = obstacle.path;
  if (obstacle.version.empty()) {
    text += fmt::format(" needs {}", obstacle.library);
    if (!obstacle.symbols.empty()) {
      text += fmt::format(" for {}", first_symbols(obstacle.symbols));
    }
    return text;
  }
  text += fmt::format(" needs {}", obstacle.version);
  if (!obstacle.library.empty()) {
    text += fmt::format(" of {}", obstacle.library);
  }
  if (!obstacle.symbols.empty()) {
    text += fmt::format(" ({})", first_symbols(obstacle.symbols));
  }
  return text;
}

std::string verdict_line(const AuditReport& report) {
  std::string text = fmt::format("{}: {}", report.wheel, report.tag);
  if (report.auditwheel_tag && *report.auditwheel_tag != report.tag) {
    text += fmt::format(" (auditwheel says {}", *report.auditwheel_tag);
    for (std::size_t i = 0; i < report.differs_because.size(); ++i) {
      text += fmt::format("{}{}", i == 0 ? ": " : ", ", report.differs_because[i]);
    }
    text += ")";
  }
  if (!report.nearest_policy.empty() && report.nearest_policy != report.tag) {
    text += fmt::format(", nearest wider policy {}", report.nearest_policy);
  }
  return printable(text) + "\n";
}

std::string why_not_text(const AuditReport& report, Detail detail) {
  std::string text;
  for (const WhyNot& why : report.why_not) {
    text += fmt::format("  not {}, because\n", why.tag);
    const std::size_t shown = detail == Detail::all ? why.obstacles.size() : std::min(why.obstacles.size(), kMaxLines);
    for (std::size_t i = 0; i < shown; ++i) {
      text += fmt::format("    {}\n", printable(line_of(why.obstacles[i])));
    }
    if (shown < why.obstacles.size()) {
      text += fmt::format("    and {} more\n", why.obstacles.size() - shown);
    }
  }
  return text;
}

std::string external_text(const AuditReport& report) {
  std::string text;
  for (const auto& [soname, paths] : report.external) {
    text += fmt::format("  needs {} from outside: {}{}\n", printable(soname), printable(paths.front()),
                        paths.size() > 1 ? fmt::format(" and {} more", paths.size() - 1) : "");
  }
  return text;
}

std::string findings_text(const AuditReport& report, Detail detail) {
  std::string text;
  std::size_t notes = 0;
  for (std::size_t begin = 0; begin < report.findings.size();) {
    std::size_t end = begin;
    const Finding& first = report.findings[begin];
    while (end < report.findings.size() && report.findings[end].code == first.code &&
           report.findings[end].severity == first.severity) {
      ++end;
    }
    if (first.severity == Severity::note && detail == Detail::usual) {
      notes += end - begin;
      begin = end;
      continue;
    }
    text += fmt::format("  {} [{}]\n", to_string(first.severity), first.code);
    const std::size_t shown = detail == Detail::all ? end : std::min(end, begin + kMaxLines);
    for (std::size_t i = begin; i < shown; ++i) {
      const Finding& finding = report.findings[i];
      text += finding.path.empty() ? fmt::format("    {}\n", printable(finding.message))
                                   : fmt::format("    {}: {}\n", printable(finding.path), printable(finding.message));
    }
    if (shown < end) {
      text += fmt::format("    and {} more\n", end - shown);
    }
    text += fmt::format("    hint: {}\n", first.hint);
    begin = end;
  }
  if (notes > 0) {
    text += fmt::format("  {} note{}; --all shows {}\n", notes, notes == 1 ? "" : "s", notes == 1 ? "it" : "them");
  }
  return text;
}

std::string on_text(const AuditReport& report, Detail detail) {
  std::string text;
  for (const auto& [machine, loads] : report.on) {
    std::vector<std::string> lines;
    for (const auto& [path, sentence] : loads.sentences) {
      if (sentence) {
        lines.push_back(fmt::format("    {}: {}\n", printable(path), printable(*sentence)));
      }
    }
    text += fmt::format("  on {}{}: {} of {} files load\n", machine, loads.basis == "derived" ? " (derived)" : "",
                        loads.sentences.size() - lines.size(), loads.sentences.size());
    const std::size_t shown = detail == Detail::all ? lines.size() : std::min(lines.size(), kMaxLines);
    for (std::size_t i = 0; i < shown; ++i) {
      text += lines[i];
    }
    if (shown < lines.size()) {
      text += fmt::format("    and {} more\n", lines.size() - shown);
    }
  }
  return text;
}

} // namespace

std::string to_text(const AuditReport& report, Detail detail) {
  return verdict_line(report) + on_text(report, detail) + why_not_text(report, detail) + external_text(report) +
         findings_text(report, detail);
}

} // namespace wheelforge::audit
