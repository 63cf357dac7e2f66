// RunReport as HTML.
#include "orchestrator/report/html_page.hpp"

#include "orchestrator/pipeline/cell_findings.hpp"
#include "orchestrator/report/markup.hpp"
#include "orchestrator/report/summary_table.hpp"

#include "embedded/report/page_css.hpp"
#include "embedded/report/page_js.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>

namespace wheelforge::report {
namespace {

using pipeline::CellReport;
using pipeline::CellStatus;
using pipeline::StepReport;

/// Logs of all cells together; each gets its share.
constexpr std::size_t kLogBytes = 24U << 20U;
constexpr std::size_t kMostLogBytes = 256U << 10U;

struct Shown {
  std::string_view style;
  std::string_view sign;
  std::string_view word;
};

Shown shown(CellStatus status) {
  switch (status) {
  case CellStatus::ok:
    return {"ok", "✓", "ok"};
  case CellStatus::skipped:
    return {"idle", "–", "skipped"};
  case CellStatus::build_failed:
    return {"bad", "✗", "build failed"};
  case CellStatus::audit_failed:
    return {"bad", "✗", "audit failed"};
  case CellStatus::tests_failed:
    return {"bad", "✗", "tests failed"};
  case CellStatus::temporary:
    return {"warn", "!", "unavailable"};
  case CellStatus::cancelled:
    return {"warn", "■", "stopped"};
  }
  return {"bad", "✗", "failed"};
}

std::string_view style_of_step(const std::string& status) {
  return status == "ok" ? "ok" : status == "failed" ? "bad" : status == "cancelled" ? "warn" : "idle";
}

std::chrono::milliseconds time_of(const CellReport& cell) {
  std::chrono::milliseconds time{0};
  for (const StepReport& step : cell.steps) {
    time += step.duration;
  }
  return time;
}

bool is_unchanged(const CellReport& cell) { return cell.status == CellStatus::ok && cell.attempts == 0; }

std::string time_text(const CellReport& cell) {
  return is_unchanged(cell) ? "unchanged" : duration_text(time_of(cell));
}

std::string column_of(const CellReport& cell) {
  const std::string accelerator = cell.accelerator.empty() || cell.accelerator == "cpu" ? "" : " + " + cell.accelerator;
  return cell.platform + accelerator;
}

std::string facts_line(const pipeline::RunReport& report) {
  std::string text = "<div class=\"facts\">";
  const auto fact = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) {
      text += fmt::format("<span>{} <b>{}</b></span>", name, escaped(value));
    }
  };
  fact("run", report.run);
  fact("started", report.started);
  fact("took", duration_text(report.duration));
  fact("engine", report.engine);
  fact("commit", report.commit.substr(0, 12) + (report.dirty ? " with changes" : ""));
  fact("wheelforge", report.version);
  fact("wheels in", report.output);
  return text + "</div>\n";
}

std::string grid(const pipeline::RunReport& report) {
  std::vector<std::string> rows;
  std::vector<std::string> columns;
  std::map<std::pair<std::string, std::string>, const CellReport*> cells;
  const auto note = [](std::vector<std::string>& names, const std::string& name) {
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      names.push_back(name);
    }
  };
  for (const CellReport& cell : report.cells) {
    note(rows, cell.python);
    note(columns, column_of(cell));
    cells.emplace(std::pair(cell.python, column_of(cell)), &cell);
  }
  std::string text = "<div class=\"scroll\"><table class=\"grid\"><thead><tr><th></th>";
  for (const std::string& column : columns) {
    text += fmt::format("<th>{}</th>", escaped(column));
  }
  text += "</tr></thead><tbody>\n";
  for (const std::string& row : rows) {
    text += fmt::format("<tr><th class=\"row\">{}</th>", escaped(row));
    for (const std::string& column : columns) {
      const auto found = cells.find({row, column});
      if (found == cells.end()) {
        text += "<td></td>";
        continue;
      }
      const CellReport& cell = *found->second;
      const Shown how = shown(cell.status);
      const std::string what = cell.status == CellStatus::skipped ? cell.reason : std::string(how.word);
      text += fmt::format("<td><a class=\"tile {}\" href=\"#{}\" title=\"{}: {}\">{} {}</a></td>", how.style,
                          escaped(cell.id), escaped(cell.id), escaped(what), how.sign,
                          cell.status == CellStatus::skipped ? std::string(how.word) : escaped(time_text(cell)));
    }
    text += "</tr>\n";
  }
  return text + "</tbody></table></div>\n";
}

std::string filters(const pipeline::RunReport& report) {
  std::map<std::string_view, std::size_t> counts;
  for (const CellReport& cell : report.cells) {
    ++counts[shown(cell.status).word];
  }
  std::string text = fmt::format("<div class=\"filters\"><button value=\"\" aria-pressed=\"true\">all {}</button>",
                                 report.cells.size());
  for (const auto& [word, count] : counts) {
    text += fmt::format("<button value=\"{0}\" aria-pressed=\"false\">{0} {1}</button>", word, count);
  }
  return text + "</div>\n";
}

std::string steps_table(const CellReport& cell) {
  std::chrono::milliseconds longest{1};
  for (const StepReport& step : cell.steps) {
    longest = std::max(longest, step.duration);
  }
  std::string text =
      "<h3>Steps</h3>\n<table class=\"list\"><tr><th>step</th><th>result</th><th class=\"number\">time</th>"
      "<th></th></tr>\n";
  for (const StepReport& step : cell.steps) {
    const double share = static_cast<double>(step.duration.count()) / static_cast<double>(longest.count());
    const std::string word = step.is_cached ? step.status + ", kept" : step.status;
    text += fmt::format("<tr><td>{}</td><td><span class=\"badge {}\">{}</span></td><td class=\"number\">{}</td><td>{}"
                        "<span class=\"faint\">{}</span></td></tr>\n",
                        escaped(step.name), style_of_step(step.status), escaped(word),
                        step.duration.count() > 0 ? duration_text(step.duration) : "",
                        step.duration.count() > 0
                            ? fmt::format("<span class=\"bar\" style=\"width:{:.1f}rem\"></span> ", 0.2 + share * 12)
                            : "",
                        escaped(step.reason));
  }
  return text + "</table>\n";
}

std::string wheel_table(const CellReport& cell) {
  std::string text;
  const auto row = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) {
      text += fmt::format("<tr><td class=\"faint\">{}</td><td>{}</td></tr>\n", name, escaped(value));
    }
  };
  if (cell.wheel) {
    row("wheel", cell.wheel->name);
    row("size", cell.wheel->size_bytes > 0 ? size_text(cell.wheel->size_bytes) : "");
    row("policy", cell.wheel->tag);
    row("SHA-256", cell.wheel->sha256);
    row("built by", cell.wheel->built_from);
  }
  row("image", cell.image + (cell.digest.empty() ? "" : "@" + cell.digest));
  row("memory at most", cell.peak_memory_bytes ? size_text(*cell.peak_memory_bytes) : "");
  row("compiler cache", cell.compiler_cache
                            ? fmt::format("{} hits, {} misses", cell.compiler_cache->hits, cell.compiler_cache->misses)
                            : "");
  row("attempts", cell.attempts > 1 ? std::to_string(cell.attempts) : "");
  row("log", cell.log);
  return text.empty() ? text : "<table>\n" + text + "</table>\n";
}

std::string findings_table(const CellReport& cell) {
  const std::vector<audit::Finding> findings = pipeline::findings_of(cell);
  if (findings.empty()) {
    return cell.audit_json.empty() ? std::string()
                                   : "<h3>Findings</h3>\n<p class=\"faint\">The audit found nothing to say.</p>\n";
  }
  std::string text = "<h3>Findings</h3>\n<table class=\"list\">\n";
  for (const audit::Finding& one : findings) {
    text += fmt::format("<tr><td><span class=\"badge {}\">{}</span></td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
                        one.severity == audit::Severity::error     ? "bad"
                        : one.severity == audit::Severity::warning ? "warn"
                                                                   : "idle",
                        to_string(one.severity), escaped(one.code), escaped(one.message), escaped(one.path));
  }
  return text + "</table>\n";
}

std::string failure_block(const CellReport& cell) {
  if (!cell.failure || cell.status == CellStatus::ok) {
    return {};
  }
  const pipeline::Failure& failure = *cell.failure;
  std::string text =
      fmt::format("<h3>Failed{}</h3>\n<p><span class=\"badge bad\">{}</span></p>\n",
                  failure.step.empty() ? "" : " in " + escaped(failure.step), escaped(failure.error.message));
  if (!failure.error.hint.empty()) {
    text += fmt::format("<p>{}</p>\n", escaped(failure.error.hint));
  }
  if (!failure.command.empty() || !failure.tail.empty()) {
    text += "<pre>";
    if (!failure.command.empty()) {
      text += "$ " + escaped(failure.command) + "\n";
    }
    for (const std::string& line : failure.tail) {
      text += escaped(line) + "\n";
    }
    text += "</pre>\n";
  }
  return text;
}

/// The end of a log, from a line's beginning.
std::string_view end_of(std::string_view log, std::size_t most) {
  if (log.size() <= most) {
    return log;
  }
  const std::size_t line = log.find('\n', log.size() - most);
  return line == std::string_view::npos ? std::string_view() : log.substr(line + 1);
}

std::string cell_block(const CellReport& cell, const std::string& log, std::size_t log_bytes) {
  const Shown how = shown(cell.status);
  std::string text = fmt::format(
      "<details class=\"cell\" id=\"{0}\" data-result=\"{1}\"{2}><summary><span class=\"badge {3}\">{4} {1}</span>"
      "<span class=\"id\">{0}</span><span class=\"faint\">{5}</span></summary><div>\n",
      escaped(cell.id), how.word, how.style == "bad" ? " open" : "", how.style, how.sign,
      escaped(cell.status == CellStatus::skipped ? cell.reason
              : cell.wheel && cell.wheel->size_bytes > 0
                  ? fmt::format("{} · {} · {}", time_text(cell), size_text(cell.wheel->size_bytes), cell.wheel->tag)
                  : time_text(cell)));
  text += failure_block(cell) + wheel_table(cell);
  if (!cell.steps.empty()) {
    text += steps_table(cell);
  }
  text += findings_table(cell);
  if (!log.empty()) {
    const std::string_view end = end_of(log, log_bytes);
    text += fmt::format("<h3>Log{}</h3>\n<pre>{}</pre>\n", end.size() < log.size() ? " (its end)" : "", escaped(end));
  }
  return text + "</div></details>\n";
}

} // namespace

std::string page_begin(const std::string& title) {
  return fmt::format("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                     "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                     "<meta name=\"color-scheme\" content=\"light dark\">\n<title>{}</title>\n<style>\n{}</style>\n"
                     "</head>\n<body>\n",
                     escaped(title), embedded::page_css());
}

std::string to_html(const pipeline::RunReport& report, const LogReader& log, const std::vector<HtmlSection>& sections) {
  std::size_t succeeded = 0;
  std::size_t selected = 0;
  for (const CellReport& cell : report.cells) {
    selected += cell.status == CellStatus::skipped ? 0 : 1;
    succeeded += cell.status == CellStatus::ok ? 1 : 0;
  }
  const std::string title = fmt::format("{} of {} wheels", succeeded, selected);
  std::string text = page_begin(title + " · wheelforge");
  text += fmt::format("<h1>{}</h1>\n", title) + facts_line(report) + "<h2>Matrix</h2>\n" + grid(report);
  for (const HtmlSection& section : sections) {
    text += fmt::format("<h2>{}</h2>\n{}\n", escaped(section.title), section.html);
  }
  text += "<h2>Cells</h2>\n" + filters(report);
  const std::size_t log_bytes = std::min(kMostLogBytes, kLogBytes / std::max<std::size_t>(report.cells.size(), 1));
  for (const CellReport& cell : report.cells) {
    text += cell_block(cell, log ? log(cell) : std::string(), log_bytes);
  }
  return text + fmt::format("<script>\n{}</script>\n", embedded::page_js()) + kPageEnd;
}

} // namespace wheelforge::report
