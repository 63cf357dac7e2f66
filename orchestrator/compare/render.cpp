// The comparison as text and as JSON.
#include "orchestrator/compare/render.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace wheelforge::compare {
namespace {

using Json = nlohmann::ordered_json;

Json or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json json_of(const std::vector<Change>& changes) {
  Json list = Json::array();
  for (const Change& change : changes) {
    list.push_back({{"kind", to_string(change.kind)},
                    {"breaking", change.breaking},
                    {"subject", or_null(change.subject)},
                    {"old", or_null(change.before)},
                    {"new", or_null(change.after)},
                    {"reason", change.reason}});
  }
  return list;
}

Json json_of(const FileDifference& file) {
  Json sections = Json::array();
  for (const SectionSize& section : file.sections) {
    sections.push_back({{"name", section.name}, {"old_bytes", section.before}, {"new_bytes", section.after}});
  }
  return {{"old", or_null(file.before)},      {"new", or_null(file.after)},     {"role", file.role},
          {"breaking", file.is_breaking()},   {"old_bytes", file.size_before},  {"new_bytes", file.size_after},
          {"changes", json_of(file.changes)}, {"sections", std::move(sections)}};
}

Json json_of(const WheelDifference& wheel) {
  Json files = Json::array();
  for (const FileDifference& file : wheel.files) {
    files.push_back(json_of(file));
  }
  Json floors = Json::object();
  for (const auto& [family, versions] : wheel.floors) {
    floors[family] = {{"old", or_null(versions.first)}, {"new", or_null(versions.second)}};
  }
  return {{"old", or_null(wheel.before)}, {"new", or_null(wheel.after)},       {"breaking", wheel.is_breaking()},
          {"floors", std::move(floors)},  {"changes", json_of(wheel.changes)}, {"files", std::move(files)}};
}

/// Names inside of files may be any bytes; what a terminal would act on is shown as "?".
std::string printable(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char letter) { return static_cast<unsigned char>(letter) < 0x20 || letter == 0x7f; },
      '?');
  return text;
}

std::string line_of(const Change& change) {
  std::string what;
  if (!change.before.empty() && !change.after.empty()) {
    what = fmt::format(" {} → {}", change.before, change.after);
  } else if (change.subject != change.before && change.subject != change.after) {
    what = fmt::format(" {}", change.before.empty() ? change.after : change.before);
  }
  return printable(fmt::format("{} {}{}: {}", to_string(change.kind), change.subject, what, change.reason));
}

std::string text_of(const std::vector<Change>& changes, bool all, std::size_t& quiet) {
  constexpr std::size_t kMaxLines = 20;
  std::string text;
  std::size_t shown = 0;
  std::size_t more = 0;
  for (const Change& change : changes) {
    if (!change.breaking && !all) {
      ++quiet;
    } else if (shown < kMaxLines || all) {
      text += fmt::format("    {} {}\n", change.breaking ? "breaks:" : "ok:", line_of(change));
      ++shown;
    } else {
      ++more;
    }
  }
  return more > 0 ? text + fmt::format("    and {} more\n", more) : text;
}

std::string sizes_of(const FileDifference& file) {
  std::string text;
  for (const SectionSize& section : file.sections) {
    text += fmt::format("    size: {} {} → {} bytes\n", printable(section.name), section.before, section.after);
  }
  return text;
}

} // namespace

std::string to_json(const Comparison& comparison) {
  Json wheels = Json::array();
  for (const WheelDifference& wheel : comparison.wheels) {
    wheels.push_back(json_of(wheel));
  }
  const Json json = {{"schema", 1},
                     {"old", comparison.before},
                     {"new", comparison.after},
                     {"breaking", comparison.is_breaking()},
                     {"wheels", std::move(wheels)}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string to_text(const Comparison& comparison, bool all) {
  std::string text;
  for (const WheelDifference& wheel : comparison.wheels) {
    text += fmt::format("{} → {}: {}\n", wheel.before.empty() ? "(nothing)" : printable(wheel.before),
                        wheel.after.empty() ? "(nothing)" : printable(wheel.after),
                        wheel.is_breaking() ? "breaking" : "compatible");
    for (const auto& [family, versions] : wheel.floors) {
      if (versions.first != versions.second) {
        text += fmt::format("  {}: {} → {}\n", family, versions.first.empty() ? "none" : versions.first,
                            versions.second.empty() ? "none" : versions.second);
      }
    }
    std::size_t quiet = 0;
    text += text_of(wheel.changes, all, quiet);
    for (const FileDifference& file : wheel.files) {
      const std::string lines = text_of(file.changes, all, quiet) + (all ? sizes_of(file) : "");
      if (!lines.empty()) {
        text +=
            fmt::format("  {} ({})\n{}", printable(file.after.empty() ? file.before : file.after), file.role, lines);
      }
    }
    if (quiet > 0) {
      text += fmt::format("  {} change{} break nothing; --all shows them\n", quiet, quiet == 1 ? "" : "s");
    }
  }
  return text;
}

} // namespace wheelforge::compare
