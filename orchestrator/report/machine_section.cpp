// MachineReports as a grid and as lines.
#include "orchestrator/report/machine_section.hpp"

#include "orchestrator/report/markup.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace wheelforge::report {
namespace {

using pipeline::CellReport;
using pipeline::MachineReport;

/// One half of a field of the grid.
struct Half {
  std::string_view style;
  std::string text;
};

std::string files_text(const pipeline::FileLoads& loads) {
  const std::size_t failing = pipeline::failing_files(loads);
  return failing == 0 ? "loads" : fmt::format("{} of {} files fail", failing, loads.size());
}

Half predicted_half(const MachineReport& machine) {
  const MachineReport::Predicted& predicted = machine.predicted;
  if (predicted.installs && !*predicted.installs) {
    return {"bad", "pip refuses it"};
  }
  if (predicted.basis.empty()) {
    return {"idle", "unknown machine"};
  }
  return {pipeline::failing_files(predicted.loads) > 0 ? "bad" : "ok", files_text(predicted.loads)};
}

Half observed_half(const MachineReport& machine) {
  const MachineReport::Observed& observed = machine.observed;
  if (observed.result == "no-python") {
    return {"idle", fmt::format("no Python {}", machine.python)};
  }
  if (observed.installed && !*observed.installed) {
    return {"bad", "not installed"};
  }
  const bool is_passed = observed.result == "passed";
  const bool all_load = !observed.loads || pipeline::failing_files(*observed.loads) == 0;
  return {is_passed && all_load ? "ok" : "bad",
          fmt::format("{}, test {}", observed.loads ? files_text(*observed.loads) : "installed", observed.result)};
}

std::string field(const MachineReport& machine) {
  const Half predicted = predicted_half(machine);
  const Half observed = observed_half(machine);
  const bool differs = !pipeline::disagreements(machine).empty();
  const std::string title = fmt::format("{}{}{}, Python {}{}", machine.distribution.empty() ? "" : machine.distribution,
                                        machine.libc.empty() ? "" : ", ", machine.libc, machine.python,
                                        machine.predicted.basis.empty() ? "" : ", " + machine.predicted.basis);
  return fmt::format("<td title=\"{}\"><span class=\"tile {}\">predicted: {}</span><span class=\"tile {}\">observed: "
                     "{}</span>{}</td>",
                     escaped(title), predicted.style, escaped(predicted.text), observed.style, escaped(observed.text),
                     differs ? "<span class=\"tile warn\">≠ not as predicted</span>" : "");
}

std::vector<std::string> places_of(const pipeline::RunReport& report) {
  std::vector<std::string> places;
  for (const CellReport& cell : report.cells) {
    for (const MachineReport& machine : cell.machines) {
      if (std::find(places.begin(), places.end(), machine.place) == places.end()) {
        places.push_back(machine.place);
      }
    }
  }
  return places;
}

std::string grid(const pipeline::RunReport& report, const std::vector<std::string>& places) {
  std::string text = "<div class=\"scroll\"><table class=\"grid\"><thead><tr><th></th>";
  for (const std::string& place : places) {
    text += fmt::format("<th>{}</th>", escaped(place));
  }
  text += "</tr></thead><tbody>\n";
  for (const CellReport& cell : report.cells) {
    if (cell.machines.empty()) {
      continue;
    }
    text += fmt::format("<tr><th class=\"row\"><a href=\"#{0}\">{0}</a></th>", escaped(cell.id));
    for (const std::string& place : places) {
      const auto found = std::find_if(cell.machines.begin(), cell.machines.end(),
                                      [&](const MachineReport& machine) { return machine.place == place; });
      text += found == cell.machines.end() ? "<td></td>" : field(*found);
    }
    text += "</tr>\n";
  }
  return text + "</tbody></table></div>\n";
}

std::string row(std::string_view style, std::string_view word, const CellReport& cell, const MachineReport& machine,
                const std::string& path, const std::string& message) {
  return fmt::format(
      "<tr><td><span class=\"badge {}\">{}</span></td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n", style, word,
      escaped(cell.id), escaped(machine.place), escaped(path), escaped(message));
}

/// The disagreements, then the files that do not load, as was predicted.
std::string details(const pipeline::RunReport& report) {
  std::string differing;
  std::string failing;
  for (const CellReport& cell : report.cells) {
    for (const MachineReport& machine : cell.machines) {
      for (const pipeline::Disagreement& one : pipeline::disagreements(machine)) {
        differing += row("warn", "not as predicted", cell, machine, one.path, one.message);
      }
      for (const auto& [path, sentence] : machine.observed.loads.value_or(pipeline::FileLoads())) {
        const auto expected = machine.predicted.loads.find(path);
        if (sentence && expected != machine.predicted.loads.end() && expected->second == sentence) {
          failing += row("bad", "as predicted", cell, machine, path, *sentence);
        }
      }
    }
  }
  return differing.empty() && failing.empty() ? std::string()
                                              : "<table class=\"list\">\n" + differing + failing + "</table>\n";
}

} // namespace

std::optional<HtmlSection> machine_section(const pipeline::RunReport& report) {
  const std::vector<std::string> places = places_of(report);
  if (places.empty()) {
    return std::nullopt;
  }
  return HtmlSection{
      "Users' machines",
      "<p class=\"faint\">Predicted from the facts of distributions, pips and loaders; observed in a clean "
      "container, every library of the wheel loaded by itself.</p>\n" +
          grid(report, places) + details(report)};
}

std::string machine_lines(const pipeline::RunReport& report) {
  std::size_t agreeing = 0;
  std::size_t differing = 0;
  std::string lines;
  for (const CellReport& cell : report.cells) {
    for (const MachineReport& machine : cell.machines) {
      if (machine.observed.result == "no-python") {
        continue; // nothing was seen
      }
      const auto found = pipeline::disagreements(machine);
      ++(found.empty() ? agreeing : differing);
      for (const pipeline::Disagreement& one : found) {
        lines += fmt::format("  {} on {}: {}{}{}\n", cell.id, machine.place, one.path, one.path.empty() ? "" : ": ",
                             one.message);
      }
    }
  }
  return agreeing + differing == 0
             ? std::string()
             : fmt::format("users' machines: {} as predicted, {} not\n{}", agreeing, differing, lines);
}

} // namespace wheelforge::report
