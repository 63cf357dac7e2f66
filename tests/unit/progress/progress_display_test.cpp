// The progress display: what each mode writes, and that the live area goes away again.
#include "orchestrator/progress/progress_display.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/memory_file_system.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

using namespace wheelforge;
using namespace wheelforge::progress;
using namespace std::chrono_literals;
using schedule::Event;
using schedule::EventKind;

namespace {

/// A clock of which each wait() blocks until the test grants it.
class GrantedClock final : public host::Clock {
public:
  [[nodiscard]] Wall now() const override { return Wall(1000s); }
  [[nodiscard]] Steady steady() const override {
    const std::lock_guard lock(mutex_);
    return Steady(passed_);
  }
  [[nodiscard]] bool wait(std::chrono::milliseconds, std::stop_token stop) override {
    std::unique_lock lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    const bool granted = changed_.wait(lock, stop, [this] { return grants_ > 0; });
    grants_ -= granted ? 1 : 0;
    return granted && !stop.stop_requested();
  }
  /// Turns the clock, lets one wait() return and waits until the next one has come.
  void tick(std::chrono::milliseconds passed) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return waiting_ > 0; });
    waiting_ = 0;
    passed_ += passed;
    ++grants_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return waiting_ > 0; });
  }

private:
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::chrono::milliseconds passed_{0};
  int waiting_ = 0;
  int grants_ = 0;
};

Event event(EventKind kind, std::string group, std::string status = {}) {
  Event made;
  made.kind = kind;
  made.group = std::move(group);
  made.status = std::move(status);
  made.attempt = 1;
  return made;
}

struct Screen {
  std::string written;
  [[nodiscard]] ProgressDisplay::Writer writer() {
    return [this](std::string_view text) { written += text; };
  }
};

host::Terminal terminal(bool can_repaint) {
  host::Terminal made;
  made.is_terminal = can_repaint;
  made.can_repaint = can_repaint;
  return made;
}

/// What a terminal shows after these bytes: it knows the line end, CPL (CSI n F) and ED (CSI J).
std::string on_screen(const std::string& bytes) {
  std::vector<std::string> lines{""};
  for (std::size_t place = 0; place < bytes.size(); ++place) {
    if (bytes[place] == '\n') {
      lines.emplace_back();
    } else if (bytes[place] != '\x1b') {
      lines.back() += bytes[place];
    } else {
      const std::size_t end = bytes.find_first_of("FJ", place);
      const std::size_t up = bytes[end] == 'F' ? std::stoul(bytes.substr(place + 2)) : 0;
      REQUIRE(up < lines.size());
      lines.resize(lines.size() - up); // every F of ours is followed by a J
      lines.back().clear();
      place = end;
    }
  }
  std::string text;
  for (std::size_t line = 0; line + 1 < lines.size(); ++line) {
    text += lines[line] + "\n";
  }
  return text + lines.back();
}

/// A run of one cell, shown in a mode.
std::string shown(ProgressMode mode, bool can_repaint) {
  GrantedClock clock;
  schedule::EventStream events(clock);
  Screen screen;
  {
    ProgressDisplay display(
        events, clock, mode, [=] { return terminal(can_repaint); }, screen.writer());
    events.post(event(EventKind::group_queued, "a"));
    events.flush();
    display.print("");
    events.post(event(EventKind::group_started, "a"));
    events.flush();
    display.print("note\n");
    events.post(event(EventKind::group_finished, "a", "ok"));
  }
  events.post(event(EventKind::message, "after the display is gone"));
  events.flush();
  return screen.written;
}

} // namespace

TEST_CASE("a terminal shows lasting lines above a live area that is gone in the end") {
  const std::string text = shown(ProgressMode::automatic, true);
  CHECK(on_screen(text.substr(0, text.find("\x1b"))) == "[                    ] 0/1 done, 0s\n");
  const std::string during = text.substr(0, text.find("[1/1]"));
  CHECK(on_screen(during.substr(0, during.rfind("\x1b[2F"))) ==
        "note\n  a      0s  \n[                    ] 0/1 done, 1 running, 0s\n");
  CHECK(on_screen(text) == "note\n    0.0s  [1/1]  a  ok\n");
}

TEST_CASE("elsewhere progress is plain lines without escape sequences") {
  const std::string text = shown(ProgressMode::automatic, false);
  CHECK(text == "note\n    0.0s  [1/1]  a  ok\n");
}

TEST_CASE("the option --progress json writes the events, quiet nothing") {
  const std::string text = shown(ProgressMode::json, true);
  CHECK(std::count(text.begin(), text.end(), '\n') == 4);
  CHECK(text.find(R"("ev":"group.finished","group":"a","attempt":1,"status":"ok"})") != std::string::npos);
  CHECK(shown(ProgressMode::quiet, true).empty());
}

TEST_CASE("a plain log shows a sign of life once a minute") {
  GrantedClock clock;
  schedule::EventStream events(clock);
  Screen screen;
  {
    const ProgressDisplay display(
        events, clock, ProgressMode::plain, [] { return terminal(false); }, screen.writer());
    events.post(event(EventKind::group_queued, "a"));
    events.post(event(EventKind::group_started, "a"));
    events.flush();
    clock.tick(59s);
    CHECK(screen.written.empty());
    clock.tick(1s);
    CHECK(screen.written == "   60.0s  [0/1]  still running: a\n");
    clock.tick(59s);
    clock.tick(1s);
  }
  CHECK(std::count(screen.written.begin(), screen.written.end(), '\n') == 2);
}

TEST_CASE("a live area that has not changed is not painted again") {
  GrantedClock clock;
  schedule::EventStream events(clock);
  Screen screen;
  const ProgressDisplay display(
      events, clock, ProgressMode::tty, [] { return terminal(true); }, screen.writer());
  events.post(event(EventKind::group_queued, "a"));
  events.flush();
  clock.tick(100ms);
  const std::size_t once = screen.written.size();
  CHECK(once > 0);
  clock.tick(0ms);
  CHECK(screen.written.size() == once);
  clock.tick(2s);
  CHECK(screen.written.size() > once);
}

TEST_CASE("the names of the modes are known, others are refused") {
  CHECK(parse_progress_mode("auto") == ProgressMode::automatic);
  CHECK(parse_progress_mode("quiet") == ProgressMode::quiet);
  const auto refused = parse_progress_mode("loud");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message == "progress 'loud' is not known, wanted auto, tty, plain, json or quiet");
}

TEST_CASE("the events file gets one line an event and no half one on a full disk") {
  host::MemoryFileSystem files;
  auto observer = event_file(files, "/events.jsonl");
  REQUIRE(observer);
  (*observer)(event(EventKind::message, "x"));
  const std::string first = files.files["/events.jsonl"];
  CHECK(first == schedule::to_json_line(event(EventKind::message, "x")) + "\n");
  files.capacity_bytes = first.size() + 5;
  (*observer)(event(EventKind::message, "y"));
  files.capacity_bytes = 1000000;
  (*observer)(event(EventKind::message, "z"));
  CHECK(files.files["/events.jsonl"].size() == first.size() + 5); // what the disk took; nothing follows it
}
