// Writes a progress state as lines.
#include "orchestrator/progress/progress_text.hpp"

#include "orchestrator/schedule/duration_text.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace wheelforge::progress {

namespace {

using schedule::duration_text;
using schedule::Event;
using schedule::EventKind;

constexpr std::string_view kGreen = "\x1b[32m";
constexpr std::string_view kRed = "\x1b[1;31m";
constexpr std::string_view kYellow = "\x1b[33m";
constexpr std::string_view kDim = "\x1b[2m";

std::string painted(std::string_view text, std::string_view color, const Look& look) {
  return look.color && !text.empty() && !color.empty() ? fmt::format("{}{}\x1b[0m", color, text) : std::string(text);
}

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

std::size_t columns_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char byte) { return !is_continuation(byte); }));
}

/// Whole seconds once there are any: a running time has no use for more.
std::string running_time(Elapsed time) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(std::max(Elapsed(0), time));
  return whole.count() == 0 ? "0s" : duration_text(whole);
}

std::string seconds(Elapsed time) {
  const auto tenths = time.count() / 100;
  return fmt::format("{}.{}s", tenths / 10, tenths % 10);
}

/// What a running cell does just now.
struct Doing {
  std::string what;
  Elapsed since{0};
  bool is_waiting = false;
};

Doing doing(const RunningCell& cell, Elapsed now) {
  if (cell.retry_at && cell.steps.empty()) {
    return {fmt::format("again in {}: {}", running_time(*cell.retry_at - now), cell.retry_reason), cell.since, true};
  }
  Doing doing{"", cell.since, false};
  for (const RunningCell::Step& step : cell.steps) {
    doing.what += (doing.what.empty() ? "" : ", ") + step.phase;
    doing.since = doing.what == step.phase ? step.since : doing.since;
  }
  return doing;
}

std::string cell_line(const RunningCell& cell, std::size_t id_columns, const Look& look, Elapsed now) {
  const Doing present = doing(cell, now);
  const std::string id = fitted(cell.id, static_cast<int>(id_columns), look.unicode);
  const std::string time = present.is_waiting ? "" : running_time(now - present.since);
  const int room = look.columns - 1 - 2 - static_cast<int>(id_columns) - 2 - 8;
  const std::string what = fitted(present.what, std::max(0, room), look.unicode);
  const std::string gap(id_columns - columns_of(id) + 2, ' ');
  return fmt::format("  {}{}{:>6}  {}\n", id, gap, time, painted(what, present.is_waiting ? kYellow : kDim, look));
}

std::string bar(const ProgressState& state, const Look& look) {
  constexpr std::size_t kColumns = 20;
  if (look.columns < 72 || state.total == 0) {
    return {};
  }
  const std::size_t filled = kColumns * std::min(state.done(), state.total) / state.total;
  std::string text = look.unicode ? "" : "[";
  for (std::size_t column = 0; column < kColumns; ++column) {
    text += column < filled ? (look.unicode ? "━" : "=") : (look.unicode ? "─" : " ");
  }
  return text + (look.unicode ? " " : "] ");
}

/// The counts, as many of them as the width allows.
std::string count_line(const ProgressState& state, const Look& look, Elapsed now) {
  std::vector<std::string> parts{fmt::format("{}/{} done", state.done(), state.total)};
  if (state.failed > 0) {
    parts.push_back(fmt::format("{} failed", state.failed));
  }
  if (const auto left = expected_left(state, now)) {
    parts.push_back(fmt::format("about {} left", running_time(*left)));
  }
  if (!state.running.empty()) {
    parts.push_back(fmt::format("{} running", state.running.size()));
  }
  if (state.unchanged > 0) {
    parts.push_back(fmt::format("{} unchanged", state.unchanged));
  }
  parts.push_back(running_time(now));
  std::string line = bar(state, look);
  std::size_t columns = columns_of(line);
  const auto room = static_cast<std::size_t>(std::max(1, look.columns - 1));
  for (std::size_t index = 0; index < parts.size(); ++index) {
    const std::string_view between = index == 0 ? "" : ", ";
    if (columns + between.size() + parts[index].size() > room) {
      break;
    }
    columns += between.size() + parts[index].size();
    line += std::string(between) + painted(parts[index], parts[index].ends_with("failed") ? kRed : "", look);
  }
  return line + "\n";
}

std::string prefix(const Event& event, const ProgressState& state) {
  return fmt::format("{:>8}  [{}/{}]  ", seconds(event.elapsed), state.done(), state.total);
}

std::string_view color_of(std::string_view status) {
  return status == "ok" ? kGreen : status == "failed" ? kRed : kYellow;
}

std::string_view word_of(std::string_view status) { return status == "failed" ? "FAILED" : status; }

std::string because(const std::string& text) { return text.empty() ? "" : ": " + fitted(text, 4096, true); }

/// A reason is left out where the step's own line has just given it.
enum class Reason { given, wanted };

std::string group_line(const Event& event, const ProgressState& state, const Look& look, Reason reason) {
  const std::string took = event.attempt > 0 && event.duration ? fmt::format(" ({})", seconds(*event.duration)) : "";
  const std::string status =
      event.status == "ok" && event.attempt == 0 ? "unchanged" : std::string(word_of(event.status));
  return fmt::format("{}{}  {}{}{}\n", prefix(event, state), event.group, painted(status, color_of(event.status), look),
                     took, reason == Reason::wanted ? because(event.text) : "");
}

std::string retry_line(const Event& event, const ProgressState& state, const Look& look) {
  return fmt::format(
      "{}{}  {}  {}{}\n", prefix(event, state), event.group, event.phase,
      painted(fmt::format("trying again in {}", seconds(event.wait.value_or(Elapsed(0)))), kYellow, look),
      because(event.text));
}

std::string message_line(const Event& event, const ProgressState& state) {
  return fmt::format("{}{}\n", prefix(event, state), fitted(event.text, 4096, true));
}

} // namespace

std::string fitted(std::string_view text, int columns, bool unicode) {
  if (columns <= 0) {
    return {};
  }
  const std::string_view ellipsis = unicode ? "…" : "~";
  const bool is_cut = columns_of(text) > static_cast<std::size_t>(columns);
  std::size_t room = static_cast<std::size_t>(columns) - (is_cut ? 1 : 0);
  std::string result;
  for (const char byte : text) {
    if (!is_continuation(byte)) {
      if (room == 0) {
        break;
      }
      --room;
    }
    const bool is_control = static_cast<unsigned char>(byte) < 0x20 || byte == 0x7F;
    result += is_control ? ' ' : byte;
  }
  return is_cut ? result + std::string(ellipsis) : result;
}

std::string live_area(const ProgressState& state, const Look& look, Elapsed now) {
  const auto most_lines = static_cast<std::size_t>(std::max(1, look.rows - 2));
  std::size_t id_columns = 0;
  for (const RunningCell& cell : state.running) {
    id_columns = std::max(id_columns, columns_of(cell.id));
  }
  id_columns = std::min(id_columns, static_cast<std::size_t>(std::max(8, look.columns / 2)));
  const std::size_t room = most_lines - 1;
  const bool fits = state.running.size() <= room;
  const std::size_t shown = fits ? state.running.size() : room - std::min<std::size_t>(room, 1);
  std::string area;
  for (std::size_t index = 0; index < shown; ++index) {
    area += cell_line(state.running[index], id_columns, look, now);
  }
  if (!fits && room > 0) {
    area += fmt::format("  and {} more\n", state.running.size() - shown);
  }
  return area + count_line(state, look, now);
}

std::string lasting_line(const Event& event, const ProgressState& state, const Look& look) {
  switch (event.kind) {
  case EventKind::group_finished:
    return event.task.empty() || event.status != "ok" ? group_line(event, state, look, Reason::wanted) : "";
  case EventKind::task_retrying:
    return retry_line(event, state, look);
  case EventKind::message:
    return message_line(event, state);
  default:
    return {};
  }
}

std::string plain_line(const Event& event, const ProgressState& state, const Look& look) {
  const bool is_step = event.kind == EventKind::task_finished && event.attempt > 0 && event.duration;
  if (is_step) {
    return fmt::format("{}{}  {}  {} ({}){}\n", prefix(event, state), event.group, event.phase,
                       painted(word_of(event.status), color_of(event.status), look), seconds(*event.duration),
                       because(event.text));
  }
  if (event.kind == EventKind::group_finished && event.attempt > 0 && event.task.empty()) {
    return group_line(event, state, look, Reason::given);
  }
  return lasting_line(event, state, look);
}

std::string heartbeat(const ProgressState& state, Elapsed now) {
  std::string line = fmt::format("{:>8}  [{}/{}]  ", seconds(now), state.done(), state.total);
  constexpr std::size_t kMost = 8;
  for (std::size_t index = 0; index < std::min(kMost, state.running.size()); ++index) {
    const RunningCell& cell = state.running[index];
    const Doing present = doing(cell, now);
    line += fmt::format("{}{}", index == 0 ? "still running: " : "; ", cell.id);
    if (!present.what.empty()) {
      line += present.is_waiting ? fmt::format(" ({})", present.what)
                                 : fmt::format(" ({} for {})", present.what, running_time(now - present.since));
    }
  }
  if (state.running.size() > kMost) {
    line += fmt::format("; and {} more", state.running.size() - kMost);
  }
  return line + (state.running.empty() ? "waiting\n" : "\n");
}

} // namespace wheelforge::progress
