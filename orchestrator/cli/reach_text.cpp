// Renders the reach of a release.
#include "orchestrator/cli/reach_text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <set>

namespace wheelforge::cli {
namespace {

using Json = nlohmann::ordered_json;
using resolve::Outcome;
using resolve::PipOrigin;
using resolve::Reach;
using resolve::ReachDifference;
using resolve::ReachRow;

std::string render_rows(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], row[i].size());
    }
  }
  std::string out;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += fmt::format("{:<{}}  ", row[i], widths[i]);
    }
    out += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return out;
}

std::string percent_text(const std::optional<double>& percent) {
  return percent ? fmt::format("{:.1f} %", *percent) : "not counted";
}

std::string render_tags(const Reach& reach) {
  std::vector<std::vector<std::string>> rows = {{"architecture", "tag", "wheels", "reaches"}};
  for (const resolve::TagReach& tag : reach.tags) {
    rows.push_back({tag.arch.empty() ? "all" : tag.arch, tag.policy, std::to_string(tag.wheels),
                    tag.policy == "any" ? "everything" : percent_text(tag.percent)});
  }
  return render_rows(rows);
}

/// One line a distribution: its own Python and pip first, then each Python with the newest pip.
std::string render_grid(const Reach& reach, const std::string& arch) {
  std::vector<std::vector<std::string>> rows = {{"distribution", "its python, pip", "own"}};
  rows.front().insert(rows.front().end(), reach.pythons.begin(), reach.pythons.end());
  std::string last;
  for (const ReachRow& row : reach.rows) {
    if (row.arch != arch) {
      continue;
    }
    if (row.distribution != last) {
      rows.push_back({row.distribution, "", ""});
      last = row.distribution;
    }
    if (row.origin == PipOrigin::shipped) {
      rows.back()[1] = row.python + ", " + row.pip;
      rows.back()[2] = reach_word(row);
    } else {
      rows.back().push_back(reach_word(row));
    }
  }
  return render_rows(rows);
}

std::string when_supported(const ReachReport& report, const std::string& id) {
  const auto found = platform::find_distribution(*report.distributions, id);
  const std::optional<std::string> last =
      found ? platform::last_day_of_support((*found)->support) : std::optional<std::string>();
  return last ? fmt::format(" (free support {} {})", *last < report.today ? "ended" : "ends", *last) : "";
}

/// "debian-11 x86_64 (free support ended 2024-08-14): 3.9, 3.10", one line a distribution and architecture.
std::string render_losses(const ReachReport& report, const std::vector<ReachDifference>& differences, bool lost) {
  std::map<std::pair<std::string, std::string>, std::vector<std::string>> lines;
  std::vector<std::pair<std::string, std::string>> order;
  for (const ReachDifference& one : differences) {
    const bool worse = one.after.outcome < one.before.outcome;
    const bool better = one.after.outcome > one.before.outcome;
    if (lost ? !worse : !better) {
      continue;
    }
    const auto key = std::pair(one.before.distribution, one.before.arch);
    if (!lines.contains(key)) {
      order.push_back(key);
    }
    lines[key].push_back(one.before.origin == PipOrigin::shipped
                             ? fmt::format("its own {} with pip {}", one.before.python, one.before.pip)
                             : one.before.python);
  }
  std::string out;
  for (const auto& key : order) {
    out += fmt::format("  {} {}{}: {}\n", key.first, key.second, when_supported(report, key.first),
                       fmt::join(lines[key], ", "));
  }
  return out;
}

std::string render_change(const ReachReport& report) {
  const std::vector<ReachDifference> differences = compare_reach(report.before, *report.after);
  std::string out = "change:";
  for (const std::string& tag : report.change.drop) {
    out += " -" + tag;
  }
  for (const std::string& tag : report.change.add) {
    out += " +" + tag;
  }
  out += "\n";
  std::map<std::string, double> before = report.before.percent;
  before.insert(report.after->percent.begin(), report.after->percent.end());
  for (const auto& [arch, unused] : before) {
    const auto value = [&arch = arch](const Reach& reach) {
      const auto found = reach.percent.find(arch);
      return found == reach.percent.end() ? 0.0 : found->second;
    };
    const double old = value(report.before);
    const double now = value(*report.after);
    out +=
        fmt::format("  {}: {:.1f} % of installs get a wheel, before {:.1f} % ({:+.1f})\n", arch, now, old, now - old);
  }
  const std::string lost = render_losses(report, differences, true);
  const std::string gained = render_losses(report, differences, false);
  const auto moved = std::count_if(differences.begin(), differences.end(), [](const ReachDifference& one) {
    return one.before.outcome == Outcome::wheel && one.after.outcome == Outcome::wheel;
  });
  out += lost.empty() ? "nobody in the grid loses a wheel\n" : "lose their wheel:\n" + lost;
  out += gained.empty() ? "" : "gain a wheel:\n" + gained;
  out += moved == 0 ? "" : fmt::format("{} of {} get another wheel than before\n", moved, report.before.rows.size());
  return out;
}

Json row_json(const ReachRow& row) {
  return {{"distribution", row.distribution},
          {"arch", row.arch},
          {"python", row.python},
          {"pip", row.pip},
          {"pip_origin", row.origin == PipOrigin::shipped ? "shipped" : "newest"},
          {"outcome", resolve::to_string(row.outcome)},
          {"file", row.file.empty() ? Json() : Json(row.file)},
          {"policy", row.policy.empty() ? Json() : Json(row.policy)}};
}

Json reach_json(const Reach& reach) {
  Json tags = Json::array();
  for (const resolve::TagReach& tag : reach.tags) {
    tags.push_back({{"arch", tag.arch.empty() ? Json() : Json(tag.arch)},
                    {"policy", tag.policy},
                    {"wheels", tag.wheels},
                    {"percent", tag.percent ? Json(*tag.percent) : Json()}});
  }
  Json rows = Json::array();
  for (const ReachRow& row : reach.rows) {
    rows.push_back(row_json(row));
  }
  return {{"percent", reach.percent}, {"tags", std::move(tags)}, {"rows", std::move(rows)}, {"skipped", reach.skipped}};
}

} // namespace

std::string reach_word(const ReachRow& row) {
  if (row.outcome != Outcome::wheel) {
    return row.outcome == Outcome::sdist ? "sdist" : "-";
  }
  for (const auto& [start, shown] : {std::pair{"manylinux_", ""}, {"musllinux_", "musl "}, {"manylinux", ""}}) {
    if (row.policy.starts_with(start)) {
      return shown + row.policy.substr(std::string_view(start).size());
    }
  }
  return row.policy;
}

std::string render_reach(const ReachReport& report) {
  const Reach& shown = report.after ? *report.after : report.before;
  std::string out =
      fmt::format("downloads from {} to {}: {}\n\n", report.shares->from, report.shares->to, report.shares->downloads);
  out += render_tags(shown);
  for (const auto& [arch, percent] : shown.percent) {
    out += fmt::format("\n{}: {:.1f} % of installs get a wheel (Pythons and glibcs taken as independent)\n", arch,
                       percent);
    out += render_grid(shown, arch);
  }
  if (report.after) {
    out += "\n" + render_change(report);
  }
  return out;
}

std::string render_reach_json(const ReachReport& report) {
  Json document{
      {"schema", 1},
      {"shares", {{"from", report.shares->from}, {"to", report.shares->to}, {"source", report.shares->source}}},
      {"reach", reach_json(report.before)},
      {"change", nullptr}};
  if (report.after) {
    Json differences = Json::array();
    for (const ReachDifference& one : compare_reach(report.before, *report.after)) {
      differences.push_back({{"before", row_json(one.before)}, {"after", row_json(one.after)}});
    }
    document["change"] = {{"drop", report.change.drop},
                          {"add", report.change.add},
                          {"reach", reach_json(*report.after)},
                          {"differences", std::move(differences)}};
  }
  return document.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace wheelforge::cli
