// Measures the reach of the wheels that are there, and draws it.
#include "orchestrator/cli/reach_html.hpp"

#include "orchestrator/cli/reach_text.hpp"
#include "orchestrator/cli/release_files.hpp"
#include "orchestrator/report/markup.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace wheelforge::cli {
namespace {

using report::escaped;
using resolve::Outcome;
using resolve::PipOrigin;
using resolve::Reach;
using resolve::ReachRow;

std::string tags_table(const Reach& reach) {
  std::string text = "<div class=\"scroll\"><table class=\"list\"><tr><th>architecture</th><th>tag</th>"
                     "<th class=\"number\">wheels</th><th class=\"number\">reaches</th></tr>\n";
  for (const resolve::TagReach& tag : reach.tags) {
    text += fmt::format("<tr><td>{}</td><td>{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td></tr>\n",
                        tag.arch.empty() ? "all" : escaped(tag.arch), escaped(tag.policy), tag.wheels,
                        tag.policy == "any" ? "everything"
                        : tag.percent       ? fmt::format("{:.1f} %", *tag.percent)
                                            : "not counted");
  }
  return text + "</table></div>\n";
}

std::string tile(const ReachRow& row) {
  const std::string_view style = row.outcome == Outcome::wheel ? "ok" : row.outcome == Outcome::sdist ? "warn" : "idle";
  return fmt::format("<td title=\"pip {}: {}\"><span class=\"tile {}\">{}</span></td>", escaped(row.pip),
                     row.file.empty() ? "nothing" : escaped(row.file), style, escaped(reach_word(row)));
}

/// A line a distribution: its own Python with its own pip, then each Python with the newest pip.
std::string grid(const Reach& reach, const std::string& arch) {
  std::string text = fmt::format("<h3>{}: {:.1f} % of installs get a wheel</h3>\n<div class=\"scroll\"><table "
                                 "class=\"grid\"><thead><tr><th></th><th>its own</th>",
                                 escaped(arch), reach.percent.at(arch));
  for (const std::string& python : reach.pythons) {
    text += fmt::format("<th>{}</th>", escaped(python));
  }
  text += "</tr></thead><tbody>\n";
  for (std::size_t i = 0; i < reach.rows.size();) {
    const std::string& distribution = reach.rows[i].distribution;
    std::string own = "<td></td>";
    std::string others;
    bool is_here = false;
    for (; i < reach.rows.size() && reach.rows[i].distribution == distribution; ++i) {
      const ReachRow& row = reach.rows[i];
      if (row.arch == arch) {
        is_here = true;
        (row.origin == PipOrigin::shipped ? own : others) =
            row.origin == PipOrigin::shipped ? tile(row) : others + tile(row);
      }
    }
    if (is_here) {
      text += fmt::format("<tr><th class=\"row\">{}</th>{}{}</tr>\n", escaped(distribution), own, others);
    }
  }
  return text + "</tbody></table></div>\n";
}

} // namespace

std::optional<report::HtmlSection> reach_section(const host::FileSystem& files, const pipeline::RunReport& report,
                                                 const std::string& today) {
  std::vector<std::string> wheels;
  for (const pipeline::CellReport& cell : report.cells) {
    if (cell.status == pipeline::CellStatus::ok && cell.wheel &&
        std::find(wheels.begin(), wheels.end(), cell.wheel->path) == wheels.end()) {
      wheels.push_back(cell.wheel->path);
    }
  }
  const auto release = read_release_files(files, wheels);
  if (wheels.empty() || !release) {
    return std::nullopt;
  }
  resolve::ReachOptions options;
  options.today = today;
  const platform::DownloadShares& shares = platform::known_download_shares();
  const auto reach = resolve::measure_reach(*release, platform::known_distributions(), shares, options);
  if (!reach) {
    return std::nullopt;
  }
  report::HtmlSection section{"Reach", {}};
  section.html =
      fmt::format("<p class=\"faint\">What pip takes of these wheels on distributions that are still supported; "
                  "shares of {} downloads from {} to {}.</p>\n",
                  shares.downloads, escaped(shares.from), escaped(shares.to)) +
      tags_table(*reach);
  for (const auto& [arch, percent] : reach->percent) {
    section.html += grid(*reach, arch);
  }
  return section;
}

} // namespace wheelforge::cli
