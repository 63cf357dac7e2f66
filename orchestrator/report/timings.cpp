// Steps as bars in lanes.
#include "orchestrator/report/timings.hpp"

#include "orchestrator/report/html_page.hpp"
#include "orchestrator/report/markup.hpp"
#include "orchestrator/report/summary_table.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <map>

namespace wheelforge::report {
namespace {

using pipeline::CellReport;
using pipeline::StepReport;
using std::chrono::milliseconds;

/// A step and the lane of its cell in which it overlaps no other.
struct Bar {
  const StepReport* step = nullptr;
  std::size_t lane = 0;
};

struct Row {
  const CellReport* cell = nullptr;
  std::vector<Bar> bars;
  std::size_t lanes = 1;
};

Row row_of(const CellReport& cell) {
  Row row{&cell, {}, 1};
  for (const StepReport& step : cell.steps) {
    if (step.duration.count() > 0) {
      row.bars.push_back({&step, 0});
    }
  }
  std::stable_sort(row.bars.begin(), row.bars.end(),
                   [](const Bar& a, const Bar& b) { return a.step->started < b.step->started; });
  std::vector<milliseconds> free_from;
  for (Bar& bar : row.bars) {
    const auto lane =
        std::find_if(free_from.begin(), free_from.end(), [&](milliseconds end) { return end <= bar.step->started; });
    bar.lane = static_cast<std::size_t>(lane - free_from.begin());
    if (lane == free_from.end()) {
      free_from.emplace_back();
    }
    free_from[bar.lane] = bar.step->started + bar.step->duration;
  }
  row.lanes = std::max<std::size_t>(1, free_from.size());
  return row;
}

std::vector<Row> rows_of(const pipeline::RunReport& report) {
  std::vector<Row> rows;
  for (const CellReport& cell : report.cells) {
    if (Row row = row_of(cell); !row.bars.empty()) {
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

std::string phase_of(const StepReport& step) { return step.name.substr(0, step.name.find(':')); }

/// A colour that is told from its neighbours on light and dark ground.
std::string_view color_of(const std::string& phase) {
  static const std::map<std::string, std::string_view, std::less<>> kColors = {
      {"prepare", "#8a94a3"}, {"before-build", "#b07aa1"}, {"build", "#3b7dd8"},  {"repair", "#e0913a"},
      {"audit", "#c9b037"},   {"test", "#43a067"},         {"collect", "#d1605e"}};
  const auto found = kColors.find(phase);
  return found == kColors.end() ? "#8a94a3" : found->second;
}

/// 1, 2 or 5 times a power of ten seconds, so that about ten marks stand on the axis.
double axis_step(double seconds) {
  double step = 0.1;
  while (seconds / step > 12) {
    const std::array<double, 3> factors = {2, 2.5, 2};
    for (const double factor : factors) {
      if (seconds / step > 12) {
        step *= factor;
      }
    }
  }
  return step;
}

constexpr double kLeft = 300;
constexpr double kWidth = 900;
constexpr double kLane = 18;
constexpr double kTop = 26;

double seconds(milliseconds duration) { return static_cast<double>(duration.count()) / 1000.0; }

std::string timeline(const std::vector<Row>& rows, double total) {
  double height = kTop;
  for (const Row& row : rows) {
    height += kLane * static_cast<double>(row.lanes) + 4;
  }
  const auto x = [&](double at) { return kLeft + at / total * kWidth; };
  std::string text =
      fmt::format("<div class=\"scroll\"><svg width=\"{0:.0f}\" height=\"{1:.0f}\" viewBox=\"0 0 {0:.0f} {1:.0f}\" "
                  "role=\"img\" aria-label=\"timeline\">\n",
                  kLeft + kWidth + 40, height + 8);
  const double step = axis_step(total);
  for (int mark = 0; mark * step <= total; ++mark) {
    text += fmt::format("<line class=\"axis\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1}\" y2=\"{2:.0f}\"/>"
                        "<text class=\"faint\" x=\"{0:.1f}\" y=\"14\" text-anchor=\"middle\">{3:g} s</text>\n",
                        x(mark * step), kTop - 6, height, mark * step);
  }
  double y = kTop;
  for (const Row& row : rows) {
    text += fmt::format("<text x=\"{}\" y=\"{:.0f}\" text-anchor=\"end\">{}</text>\n", kLeft - 8, y + 13,
                        escaped(row.cell->id));
    for (const Bar& bar : row.bars) {
      const double width = std::max(1.0, seconds(bar.step->duration) / total * kWidth);
      text += fmt::format("<rect x=\"{:.1f}\" y=\"{:.0f}\" width=\"{:.1f}\" height=\"{}\" rx=\"2\" fill=\"{}\"{}>"
                          "<title>{} {}: {}, {} from {}</title></rect>\n",
                          x(seconds(bar.step->started)), y + kLane * static_cast<double>(bar.lane), width, kLane - 3,
                          color_of(phase_of(*bar.step)), bar.step->status == "failed" ? " stroke=\"red\"" : "",
                          escaped(row.cell->id), escaped(bar.step->name), escaped(bar.step->status),
                          duration_text(bar.step->duration), duration_text(bar.step->started));
    }
    y += kLane * static_cast<double>(row.lanes) + 4;
  }
  return text + "</svg></div>\n";
}

/// How many steps were at work, as a stair.
std::string concurrency(const std::vector<Row>& rows, double total) {
  std::map<milliseconds, int> changes;
  for (const Row& row : rows) {
    for (const Bar& bar : row.bars) {
      ++changes[bar.step->started];
      --changes[bar.step->started + bar.step->duration];
    }
  }
  int most = 1;
  int now = 0;
  for (const auto& [at, change] : changes) {
    most = std::max(most, now += change);
  }
  constexpr double kHeight = 80;
  const auto x = [&](milliseconds at) { return kLeft + seconds(at) / total * kWidth; };
  const auto y = [&](int steps) { return 10 + kHeight - kHeight * steps / most; };
  std::string path = fmt::format("M{:.1f},{:.1f}", kLeft, y(0));
  now = 0;
  for (const auto& [at, change] : changes) {
    path += fmt::format("L{:.1f},{:.1f}", x(at), y(now));
    now += change;
    path += fmt::format("L{:.1f},{:.1f}", x(at), y(now));
  }
  return fmt::format(
      "<div class=\"scroll\"><svg width=\"{0:.0f}\" height=\"100\" role=\"img\" aria-label=\"steps at work\">"
      "<text class=\"faint\" x=\"{1}\" y=\"20\" text-anchor=\"end\">{2} steps at most</text>"
      "<path d=\"{3}\" fill=\"#3b7dd8\" fill-opacity=\"0.35\" stroke=\"#3b7dd8\"/></svg></div>\n",
      kLeft + kWidth + 40, kLeft - 8, most, path);
}

std::string phases_table(const std::vector<Row>& rows) {
  std::map<std::string, std::pair<milliseconds, std::size_t>> phases;
  milliseconds sum{0};
  for (const Row& row : rows) {
    for (const Bar& bar : row.bars) {
      auto& [time, count] = phases[phase_of(*bar.step)];
      time += bar.step->duration;
      ++count;
      sum += bar.step->duration;
    }
  }
  std::string text =
      "<table class=\"list\"><tr><th>phase</th><th class=\"number\">steps</th><th class=\"number\">time</th>"
      "<th class=\"number\">share</th></tr>\n";
  for (const auto& [phase, value] : phases) {
    text +=
        fmt::format("<tr><td><span class=\"bar\" style=\"width:.8rem;background:{}\"></span> {}</td>"
                    "<td class=\"number\">{}</td><td class=\"number\">{}</td><td class=\"number\">{:.0f} %</td></tr>\n",
                    color_of(phase), escaped(phase), value.second, duration_text(value.first),
                    100.0 * seconds(value.first) / std::max(0.001, seconds(sum)));
  }
  return text + "</table>\n";
}

} // namespace

std::string timings_page(const pipeline::RunReport& report) {
  const std::vector<Row> rows = rows_of(report);
  double total = std::max(0.001, seconds(report.duration));
  for (const Row& row : rows) {
    for (const Bar& bar : row.bars) {
      total = std::max(total, seconds(bar.step->started + bar.step->duration));
    }
  }
  std::string text = page_begin("timings of " + report.run);
  text += fmt::format(
      "<h1>Timings</h1>\n<div class=\"facts\"><span>run <b>{}</b></span><span>took <b>{}</b></span></div>\n",
      escaped(report.run), duration_text(report.duration));
  if (rows.empty()) {
    text += "<p>No step was run: every result was there already.</p>\n";
  } else {
    text += "<h2>Steps by cell</h2>\n" + timeline(rows, total) + "<h2>Steps at work</h2>\n" + concurrency(rows, total) +
            "<h2>Time by phase</h2>\n" + phases_table(rows);
  }
  return text + kPageEnd;
}

std::string chrome_trace(const pipeline::RunReport& report) {
  using Json = nlohmann::ordered_json;
  Json events = Json::array();
  int process = 0;
  for (const Row& row : rows_of(report)) {
    ++process;
    events.push_back({{"name", "process_name"}, {"ph", "M"}, {"pid", process}, {"args", {{"name", row.cell->id}}}});
    for (const Bar& bar : row.bars) {
      events.push_back({{"name", bar.step->name},
                        {"cat", phase_of(*bar.step)},
                        {"ph", "X"},
                        {"ts", bar.step->started.count() * 1000},
                        {"dur", bar.step->duration.count() * 1000},
                        {"pid", process},
                        {"tid", bar.lane},
                        {"args", {{"cell", row.cell->id}, {"status", bar.step->status}}}});
    }
  }
  const Json document = {{"displayTimeUnit", "ms"}, {"traceEvents", std::move(events)}};
  return document.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace wheelforge::report
