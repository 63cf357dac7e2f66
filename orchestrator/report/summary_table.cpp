// Columns as wide as their longest value; the cell's id gives way on a narrow terminal.
#include "orchestrator/report/summary_table.hpp"

#include "orchestrator/report/machine_section.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>
#include <vector>

namespace wheelforge::report {
namespace {

using pipeline::CellReport;
using pipeline::CellStatus;

constexpr std::size_t kColumns = 6;
using Row = std::array<std::string, kColumns>;

constexpr std::string_view status_word(CellStatus status) {
  switch (status) {
  case CellStatus::ok:
    return "ok";
  case CellStatus::skipped:
    return "skipped";
  case CellStatus::build_failed:
    return "FAILED";
  case CellStatus::audit_failed:
    return "AUDIT FAILED";
  case CellStatus::tests_failed:
    return "TESTS FAILED";
  case CellStatus::temporary:
    return "UNAVAILABLE";
  case CellStatus::cancelled:
    return "stopped";
  }
  return "FAILED";
}

std::string_view color_of(CellStatus status) {
  return status == CellStatus::ok ? "\x1b[32m" : status == CellStatus::cancelled ? "\x1b[33m" : "\x1b[31m";
}

std::chrono::milliseconds time_of(const CellReport& cell) {
  std::chrono::milliseconds first = std::chrono::milliseconds::max();
  std::chrono::milliseconds last{0};
  for (const pipeline::StepReport& step : cell.steps) {
    if (step.status != "not-run") {
      first = std::min(first, step.started);
      last = std::max(last, step.started + step.duration);
    }
  }
  return last > first ? last - first : std::chrono::milliseconds(0);
}

/// "2 passed", "1 passed, 1 skipped", "1 FAILED", "-" where nothing was to be tested.
std::string tests_text(const CellReport& cell) {
  std::size_t passed = 0;
  std::size_t skipped = 0;
  std::size_t failed = 0;
  for (const pipeline::StepReport& step : cell.steps) {
    if (step.name.starts_with("test:")) {
      passed += step.status == "ok" ? 1 : 0;
      skipped += step.status == "skipped" ? 1 : 0;
      failed += step.status == "failed" ? 1 : 0;
    }
  }
  std::string text;
  const auto add = [&](std::size_t count, std::string_view word) {
    if (count > 0) {
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, word);
    }
  };
  add(passed, "passed");
  add(failed, "FAILED");
  add(skipped, "skipped");
  return text.empty() ? "-" : text;
}

/// The tag without its architecture, which the cell's id names already.
std::string policy_text(const CellReport& cell) {
  if (!cell.wheel || cell.wheel->tag.empty()) {
    return "-";
  }
  const std::string& tag = cell.wheel->tag;
  return tag.ends_with("_" + cell.arch) ? tag.substr(0, tag.size() - cell.arch.size() - 1) : tag;
}

Row row_of(const CellReport& cell) {
  return {cell.id,
          std::string(status_word(cell.status)),
          cell.status == CellStatus::ok && cell.attempts == 0 && time_of(cell).count() == 0
              ? "kept"
              : duration_text(time_of(cell)),
          cell.wheel && cell.wheel->size_bytes > 0 ? size_text(cell.wheel->size_bytes) : "-",
          policy_text(cell),
          tests_text(cell)};
}

/// An accelerator at the end of a cell's id stays: it may be all that tells two cells apart.
std::string shortened(const std::string& text, std::size_t width) {
  if (text.size() <= width) {
    return text;
  }
  const std::size_t plus = text.find('+');
  const std::string end = plus != std::string::npos && text.size() - plus + 2 < width ? text.substr(plus) : "";
  return text.substr(0, width - 1 - end.size()) + "~" + end;
}

std::string line_of(const Row& row, const std::array<std::size_t, kColumns>& widths, std::string_view status_color) {
  std::string line;
  for (std::size_t i = 0; i < kColumns; ++i) {
    const std::string value = shortened(row[i], widths[i]);
    const bool is_number = i == 2 || i == 3;
    const std::string padded =
        is_number ? fmt::format("{:>{}}", value, widths[i]) : fmt::format("{:<{}}", value, widths[i]);
    line += (i == 0 ? "" : "  ");
    line += i == 1 && !status_color.empty() ? fmt::format("{}{}\x1b[0m", status_color, padded) : padded;
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

std::string totals(const pipeline::RunReport& report) {
  std::map<CellStatus, std::size_t> counts;
  std::chrono::milliseconds work{0};
  for (const CellReport& cell : report.cells) {
    ++counts[cell.status];
    work += time_of(cell);
  }
  std::string text;
  for (const auto& [status, count] : counts) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, status_word(status));
  }
  return fmt::format("{} in {} (cells together {})\n", text, duration_text(report.duration), duration_text(work));
}

} // namespace

std::string size_text(std::uint64_t bytes) {
  if (bytes < 1000) {
    return fmt::format("{} B", bytes);
  }
  double value = static_cast<double>(bytes);
  std::string_view unit;
  for (const std::string_view next : {"kB", "MB", "GB"}) {
    if (value < 1000) {
      break;
    }
    value /= 1000;
    unit = next;
  }
  return fmt::format("{:.1f} {}", value, unit);
}

std::string duration_text(std::chrono::milliseconds duration) {
  const auto count = duration.count();
  if (count < 60'000) {
    return fmt::format("{:.1f} s", static_cast<double>(count) / 1000.0);
  }
  const auto seconds = count / 1000;
  return seconds < 3600 ? fmt::format("{}m{:02}s", seconds / 60, seconds % 60)
                        : fmt::format("{}h{:02}m", seconds / 3600, seconds / 60 % 60);
}

std::string summary_table(const pipeline::RunReport& report, const TextStyle& style) {
  const Row heads = {"cell", "result", "time", "size", "policy", "tests"};
  std::vector<const CellReport*> cells;
  std::map<std::string, std::size_t> skipped;
  std::array<std::size_t, kColumns> widths{};
  for (std::size_t i = 0; i < kColumns; ++i) {
    widths[i] = heads[i].size();
  }
  for (const CellReport& cell : report.cells) {
    if (cell.status == CellStatus::skipped) {
      ++skipped[cell.reason];
      continue;
    }
    cells.push_back(&cell);
    const Row row = row_of(cell);
    for (std::size_t i = 0; i < kColumns; ++i) {
      widths[i] = std::max(widths[i], row[i].size());
    }
  }
  std::size_t total = 2 * (kColumns - 1);
  for (const std::size_t width : widths) {
    total += width;
  }
  const auto available = static_cast<std::size_t>(std::max(style.columns, 40));
  if (total > available) {
    widths[0] -= std::min(total - available, widths[0] - std::min<std::size_t>(widths[0], 12));
  }

  std::string text = line_of(heads, widths, {});
  for (const CellReport* cell : cells) {
    text += line_of(row_of(*cell), widths, style.color ? color_of(cell->status) : std::string_view());
  }
  for (const auto& [reason, count] : skipped) {
    text += fmt::format("{} skipped: {}\n", count, reason);
  }
  text += totals(report) + machine_lines(report);
  for (const CellReport* cell : cells) {
    if (cell->status == CellStatus::ok && cell->wheel) {
      text += fmt::format("  {}{}\n", cell->wheel->path,
                          cell->wheel->built_from.empty() ? "" : "  (built by " + cell->wheel->built_from + ")");
    }
  }
  return text;
}

} // namespace wheelforge::report
