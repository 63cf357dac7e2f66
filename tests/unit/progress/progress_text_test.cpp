// Progress as text: golden screens and the rules behind them.
#include "orchestrator/progress/progress_text.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/golden.hpp"

#include <algorithm>

using namespace wheelforge::progress;
using namespace std::chrono_literals;
using wheelforge::schedule::Event;
using wheelforge::schedule::EventKind;

namespace {

Event event(EventKind kind, Elapsed at, std::string group, std::string phase = {}) {
  Event made;
  made.kind = kind;
  made.elapsed = at;
  made.group = std::move(group);
  made.task = phase.empty() ? "" : made.group + "/" + phase;
  made.phase = std::move(phase);
  made.attempt = 1;
  return made;
}

Event ended(EventKind kind, Elapsed at, std::string group, std::string phase, std::string status, Elapsed duration,
            std::string text = {}) {
  Event made = event(kind, at, std::move(group), std::move(phase));
  made.status = std::move(status);
  made.duration = duration;
  made.text = std::move(text);
  return made;
}

std::string cell(int number) { return "cp3" + std::to_string(number) + "-manylinux_2_28_x86_64"; }

/// Eight cells on two jobs: one done, one failed, one waiting for its second attempt, two running, three to come.
std::vector<Event> half_a_run() {
  std::vector<Event> events;
  Event start;
  start.kind = EventKind::run_started;
  start.total_groups = 9;
  start.jobs = 2;
  events.push_back(start);
  Event shared = event(EventKind::group_queued, 0ms, "before-all:manylinux_2_28_x86_64");
  shared.task = shared.group;
  events.push_back(shared);
  for (int number = 7; number < 15; ++number) {
    Event queued = event(EventKind::group_queued, 0ms, cell(number));
    queued.expected = 60s;
    events.push_back(queued);
  }
  const auto failed = "c++ -c lib.cpp: exit code 1";
  for (int number = 7; number < 12; ++number) {
    const Elapsed begin = (number - 7) * 10s;
    events.push_back(event(EventKind::group_started, begin, cell(number)));
    events.push_back(event(EventKind::task_started, begin, cell(number), "prepare"));
    events.push_back(ended(EventKind::task_finished, begin + 300ms, cell(number), "prepare", "ok", 300ms));
    events.push_back(event(EventKind::task_started, begin + 300ms, cell(number), "build"));
  }
  events.push_back(ended(EventKind::task_finished, 50s, cell(7), "build", "ok", 49700ms));
  events.push_back(event(EventKind::task_started, 50s, cell(7), "audit"));
  events.push_back(ended(EventKind::task_finished, 51s, cell(7), "audit", "ok", 1s));
  events.push_back(ended(EventKind::group_finished, 51s, cell(7), "", "ok", 51s));
  events.push_back(ended(EventKind::task_finished, 52s, cell(8), "build", "failed", 41700ms, failed));
  events.push_back(ended(EventKind::group_finished, 52s, cell(8), "", "failed", 42s, failed));
  Event retry = event(EventKind::task_retrying, 55s, cell(9), "build");
  events.push_back(ended(EventKind::task_finished, 55s, cell(9), "build", "failed", 34700ms, "connection reset"));
  retry.text = "connection reset";
  retry.wait = 8s;
  events.push_back(retry);
  events.push_back(ended(EventKind::task_finished, 60s, cell(10), "build", "ok", 29700ms));
  events.push_back(event(EventKind::task_started, 60s, cell(10), "test:same"));
  events.push_back(event(EventKind::task_started, 61s, cell(10), "test:debian-12"));
  return events;
}

ProgressState state_after(const std::vector<Event>& events) {
  ProgressState state;
  for (const Event& one : events) {
    state.apply(one);
  }
  return state;
}

std::string golden(const char* name) { return std::string(WF_SOURCE_DIR "/tests/golden/progress/") + name; }

/// The widest line, without escape sequences.
std::size_t widest(const std::string& text) {
  std::size_t most = 0;
  std::size_t columns = 0;
  bool is_escape = false;
  for (const char byte : text) {
    if (byte == '\n') {
      most = std::max(most, columns);
      columns = 0;
    } else if (byte == '\x1b') {
      is_escape = true;
    } else if (is_escape) {
      is_escape = byte != 'm';
    } else if ((static_cast<unsigned char>(byte) & 0xC0U) != 0x80U) {
      ++columns;
    }
  }
  return most;
}

} // namespace

TEST_CASE("the state counts cells, not shared steps") {
  const ProgressState state = state_after(half_a_run());
  CHECK(state.total == 8);
  CHECK(state.succeeded == 1);
  CHECK(state.failed == 1);
  CHECK(state.running.size() == 3);
  CHECK(state.running[0].retry_at == 63s);
  CHECK(state.running[1].steps.size() == 2);
}

TEST_CASE("the live area looks as agreed") {
  const ProgressState state = state_after(half_a_run());
  wheelforge::support::check_golden(golden("live_80.txt"), live_area(state, {80, 24, false, true}, 62s));
  wheelforge::support::check_golden(golden("live_80_color.txt"), live_area(state, {80, 24, true, true}, 62s));
  wheelforge::support::check_golden(golden("live_40_ascii.txt"), live_area(state, {40, 24, false, false}, 62s));
  wheelforge::support::check_golden(golden("live_5_rows.txt"), live_area(state, {100, 5, false, true}, 62s));
}

TEST_CASE("the plain log looks as agreed") {
  ProgressState state;
  std::string log;
  for (const Event& one : half_a_run()) {
    state.apply(one);
    log += plain_line(one, state, {});
  }
  wheelforge::support::check_golden(golden("plain.txt"), log + heartbeat(state, 120s));
}

TEST_CASE("the live area never is wider or higher than the terminal allows") {
  ProgressState state = state_after(half_a_run());
  for (int more = 0; more < 40; ++more) {
    state.running.push_back(
        {"cell-" + std::string(static_cast<std::size_t>(more), 'x'), 1s, {{"t", "build", 2s}}, {}, {}});
  }
  for (int columns = 1; columns < 140; columns += 3) {
    for (int rows = 1; rows < 60; rows += 7) {
      const std::string area = live_area(state, {columns, rows, columns % 2 == 0, rows % 2 == 0}, 62s);
      INFO(columns << " × " << rows << "\n" << area);
      REQUIRE(std::count(area.begin(), area.end(), '\n') <= std::max(1, rows - 2));
      REQUIRE(area.ends_with("\n"));
      if (columns >= 30) {
        REQUIRE(widest(area) < static_cast<std::size_t>(columns));
      }
    }
  }
}

TEST_CASE("the time left comes from recorded times, else from the cells that ended") {
  ProgressState state = state_after(half_a_run());
  // Six cells of 60 s are not done; 42, 32 and 22 s of three of them have passed; two at a time.
  CHECK(expected_left(state, 62s) == (6 * 60s - 42s - 32s - 22s) / 2);
  state.expected.clear();
  const auto left = expected_left(state, 62s); // 51 and 42 s were spent: 46.5 s a cell
  REQUIRE(left);
  CHECK(*left == (6 * 46500ms - 42s - 32s - 22s) / 2);
  ProgressState unknown;
  unknown.total = 3;
  CHECK_FALSE(expected_left(unknown, 5s));
  unknown.has_ended = true;
  CHECK(expected_left(unknown, 5s) == 0s);
}

TEST_CASE("a cell of which nothing had to run is unchanged") {
  ProgressState state;
  state.apply(event(EventKind::group_queued, 0ms, "a"));
  Event unchanged = ended(EventKind::group_finished, 1ms, "a", "", "ok", 0ms);
  unchanged.attempt = 0;
  state.apply(unchanged);
  CHECK(state.unchanged == 1);
  CHECK(plain_line(unchanged, state, {}) == "    0.0s  [1/1]  a  unchanged\n");
}

TEST_CASE("text is cut to its columns and cleaned of control characters") {
  CHECK(fitted("abcdef", 6, true) == "abcdef");
  CHECK(fitted("abcdef", 4, true) == "abc…");
  CHECK(fitted("abcdef", 4, false) == "abc~");
  CHECK(fitted("äöüß", 4, true) == "äöüß");
  CHECK(fitted("äöüß", 3, true) == "äö…");
  CHECK(fitted("a\x1b[31m\nb", 20, true) == "a [31m b");
  CHECK(fitted("abc", 0, true).empty());
}
