// The plan for people and for programs.
#include "orchestrator/plan/plan.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>

namespace wheelforge::plan {
namespace {

/// Cells that a heading stands over, in the order of their first.
class Groups {
public:
  using Cells = std::vector<const PlannedCell*>;

  Cells& operator[](const std::string& heading) {
    const auto [at, is_new] = index_.emplace(heading, groups_.size());
    if (is_new) {
      groups_.emplace_back(heading, Cells());
    }
    return groups_[at->second].second;
  }
  [[nodiscard]] auto begin() const { return groups_.begin(); }
  [[nodiscard]] auto end() const { return groups_.end(); }

private:
  std::map<std::string, std::size_t> index_;
  std::vector<std::pair<std::string, Cells>> groups_;
};

/// Ids in as many columns as fit, read from top to bottom.
std::string in_columns(const std::vector<const PlannedCell*>& cells, std::size_t columns) {
  constexpr std::size_t kIndent = 4;
  constexpr std::size_t kGap = 2;
  std::size_t width = 0;
  for (const PlannedCell* one : cells) {
    width = std::max(width, one->cell.id.text.size());
  }
  const std::size_t across = std::max<std::size_t>(1, (columns - kIndent + kGap) / (width + kGap));
  const std::size_t rows = (cells.size() + across - 1) / across;
  std::string text;
  for (std::size_t row = 0; row < rows; ++row) {
    std::string line(kIndent, ' ');
    for (std::size_t at = row; at < cells.size(); at += rows) {
      line += fmt::format("{:<{}}", cells[at]->cell.id.text, width + kGap);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

/// "prepare, build, repair, audit, test on same and debian-12, collect", broken at commas.
std::string steps_line(const std::vector<Step>& steps, std::size_t columns) {
  std::vector<std::string> words;
  for (const Step& step : steps) {
    words.push_back(step.place.empty() ? std::string(to_string(step.kind)) : fmt::format("test on {}", step.place));
  }
  std::string text;
  std::string line = "  ";
  for (std::size_t at = 0; at < words.size(); ++at) {
    const std::string word = words[at] + (at + 1 < words.size() ? "," : "");
    if (line.size() > 2 && line.size() + 1 + word.size() > columns) {
      text += line + "\n";
      line = "  ";
    }
    line += (line.size() > 2 ? " " : "") + word;
  }
  return text + line + "\n";
}

/// Broken at spaces, with later lines as far in as the first.
std::string wrapped(const std::string& sentence, std::size_t columns) {
  std::string text;
  std::string line = " ";
  for (std::size_t at = 0; at < sentence.size();) {
    const std::size_t end = std::min(sentence.find(' ', at), sentence.size());
    if (line.size() > 1 && line.size() + 1 + end - at > columns) {
      text += line + "\n";
      line = " ";
    }
    line += " " + sentence.substr(at, end - at);
    at = end + 1;
  }
  return text + line + "\n";
}

/// What earlier runs say that the cell takes: ", 45 s a cell", ", 3 min a cell"; empty where they say nothing.
std::string shown_expectation(const PlannedCell& cell) {
  if (!cell.expected) {
    return {};
  }
  constexpr std::chrono::seconds kShown{90};
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(*cell.expected);
  return seconds <= kShown ? fmt::format(", {} s a cell", seconds.count())
                           : fmt::format(", {} min a cell", std::chrono::round<std::chrono::minutes>(seconds).count());
}

/// Where and how cells of a foreign architecture are compiled; nothing for this machine's own.
std::string compilers_line(const PlannedCell& cell, std::size_t columns) {
  if (!cell.host.empty()) {
    return wrapped(fmt::format("on the machine {} of [engine.hosts]", cell.host), columns);
  }
  if (cell.compilers.compilers == Compilers::own) {
    return {};
  }
  return wrapped(fmt::format("compilers: {}: {}; expect about {} times as long as on a machine of its own{}",
                             to_string(cell.compilers.compilers), cell.compilers.why,
                             usual_slowdown(cell.compilers.compilers), shown_expectation(cell)),
                 columns);
}

std::string counted(std::size_t count) { return fmt::format("{} cell{}", count, count == 1 ? "" : "s"); }

/// One line a toolchain of the image's cells, then what is worth knowing of it.
std::string render_toolchains(const std::vector<const PlannedCell*>& cells) {
  std::string text;
  std::vector<std::string> seen;
  for (const PlannedCell* one : cells) {
    if (!one->toolchain) {
      continue;
    }
    const PlannedToolchain& toolchain = *one->toolchain;
    std::string lines = fmt::format("  toolchain {}: {}\n", toolchain.recipe->id(),
                                    toolchain.is_locked               ? "locked"
                                    : toolchain.recipe->is_in_image() ? "in the image"
                                                                      : "not locked: wheelforge toolchain lock");
    for (const std::string& note : toolchain.notes) {
      lines += fmt::format("    note: {}\n", note);
    }
    if (std::find(seen.begin(), seen.end(), lines) == seen.end()) {
      text += lines;
      seen.push_back(std::move(lines));
    }
  }
  return text;
}

std::string render_in(const Plan& plan, std::size_t columns) {
  Groups by_image;
  for (const PlannedCell& one : plan.cells) {
    if (one.is_in()) {
      by_image[one.image + "\n" + one.digest].push_back(&one);
    }
  }
  std::string text;
  for (const auto& [heading, cells] : by_image) {
    const PlannedCell& first = *cells.front();
    text += fmt::format("\n{} ({})\n", first.image, counted(cells.size()));
    text += fmt::format("  {}\n", first.digest.empty() ? "no digest is locked" : first.digest);
    text += render_toolchains(cells);
    text += compilers_line(first, columns);
    Groups by_steps;
    for (const PlannedCell* one : cells) {
      by_steps[steps_line(one->steps, columns)].push_back(one);
    }
    for (const auto& [steps, same] : by_steps) {
      text += steps + in_columns(same, columns);
    }
  }
  return text;
}

std::string render_out(const Plan& plan, std::size_t columns) {
  Groups by_reason;
  for (const PlannedCell& one : plan.cells) {
    if (!one.is_in()) {
      by_reason[one.skip_reason].push_back(&one);
    }
  }
  std::string text;
  for (const auto& [reason, cells] : by_reason) {
    text += fmt::format("\nskipped: {} ({})\n", reason, counted(cells.size()));
    if (reason != kNotSelected) { // the user knows these, and asked not to see them
      text += in_columns(cells, columns);
    }
  }
  return text;
}

/// A JSON string. What needs escapes, or is no UTF-8, is left to the library.
void add_string(std::string& text, std::string_view value) {
  const bool is_plain =
      std::all_of(value.begin(), value.end(), [](char c) { return c >= 0x20 && c < 0x7F && c != '"' && c != '\\'; });
  if (is_plain) {
    ((text += '"') += value) += '"';
  } else {
    text += nlohmann::json(value).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  }
}

/// "name":"value", or null for an empty value; a comma before the name is put before its quotes.
void add_member(std::string& text, std::string_view name, std::string_view value) {
  if (name.front() == ',') {
    text += ',';
    name.remove_prefix(1);
  }
  ((text += '"') += name) += "\":";
  if (value.empty()) {
    text += "null";
  } else {
    add_string(text, value);
  }
}

void add_toolchain(std::string& text, const PlannedCell& one) {
  if (!one.toolchain) { // most plans have none: nothing is said of it
    return;
  }
  text += ",\"toolchain\":{";
  add_member(text, "id", one.toolchain->recipe->id());
  text += one.toolchain->is_locked ? ",\"locked\":true" : ",\"locked\":false";
  add_member(text, ",label", one.toolchain->label);
  text += ",\"notes\":[";
  for (const std::string& note : one.toolchain->notes) {
    text += text.back() == '[' ? "" : ",";
    add_string(text, note);
  }
  text += "]}";
}

} // namespace

std::string render(const Plan& plan, std::size_t columns) {
  const std::size_t in = plan.selected();
  return fmt::format("{} to build, {} skipped\n", counted(in), plan.cells.size() - in) + render_in(plan, columns) +
         render_out(plan, columns);
}

std::string to_json(const Plan& plan) {
  // Written by hand: as a tree of JSON values, 10,000 cells took as long as everything before.
  std::string text = R"({"schema":1,"cells":[)";
  for (const PlannedCell& one : plan.cells) {
    text += text.back() == '[' ? "{" : ",{";
    add_member(text, "id", one.cell.id.text);
    add_member(text, ",python", to_string(one.cell.python));
    add_member(text, ",platform", one.cell.platform.policy_name());
    add_member(text, ",arch", tags::to_string(one.cell.arch));
    add_member(text, ",accelerator", one.cell.accelerator);
    add_member(text, ",image", one.image);
    add_member(text, ",digest", one.digest);
    if (one.compilers.compilers != Compilers::own) {
      add_member(text, ",compilers", to_string(one.compilers.compilers));
      add_member(text, ",compilers_why", one.compilers.why);
    }
    if (!one.host.empty()) {
      add_member(text, ",host", one.host);
    }
    if (one.expected) {
      text += fmt::format(",\"expected_seconds\":{}", std::chrono::ceil<std::chrono::seconds>(*one.expected).count());
    }
    text += R"(,"steps":[)";
    for (const Step& step : one.steps) {
      text += text.back() == '[' ? "" : ",";
      add_string(text, to_string(step));
    }
    text += ']';
    add_member(text, ",skip_reason", one.skip_reason);
    add_toolchain(text, one);
    text += '}';
  }
  return text + "]}\n";
}

} // namespace wheelforge::plan
