// The thread that repaints, and the modes of --progress.
#include "orchestrator/progress/progress_display.hpp"

#include "orchestrator/progress/progress_text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <mutex>
#include <thread>
#include <utility>

namespace wheelforge::progress {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kRepaintEvery{100}; // at most ten times a second
constexpr milliseconds kHeartbeatEvery{60000};

Look look_of(const host::Terminal& terminal) {
  return {terminal.columns, terminal.rows, terminal.color, terminal.unicode};
}

} // namespace

Result<ProgressMode> parse_progress_mode(std::string_view name) {
  constexpr std::pair<std::string_view, ProgressMode> kModes[] = {{"auto", ProgressMode::automatic},
                                                                  {"tty", ProgressMode::tty},
                                                                  {"plain", ProgressMode::plain},
                                                                  {"json", ProgressMode::json},
                                                                  {"quiet", ProgressMode::quiet}};
  for (const auto& [known, mode] : kModes) {
    if (known == name) {
      return mode;
    }
  }
  return fail(ErrorKind::usage, "progress '{}' is not known, wanted auto, tty, plain, json or quiet", name);
}

struct ProgressDisplay::State {
  schedule::EventStream* events = nullptr;
  host::Clock* clock = nullptr;
  ProgressMode mode = ProgressMode::plain;
  TerminalInspector terminal;
  Writer write;

  std::mutex mutex; ///< guards all below
  ProgressState progress;
  std::string painted_area;   ///< the live area on the screen now
  std::size_t area_lines = 0; ///< its lines
  Elapsed last_said{0};       ///< when plain mode last wrote
  bool is_over = false;
  std::jthread ticker;

  void take(const schedule::Event& event) {
    const std::lock_guard lock(mutex);
    if (is_over) {
      return;
    }
    progress.apply(event);
    if (mode == ProgressMode::json) {
      write(schedule::to_json_line(event) + "\n");
    } else if (mode == ProgressMode::plain) {
      say(plain_line(event, progress, look_of(terminal())), event.elapsed);
    } else if (mode == ProgressMode::tty) {
      const Look look = look_of(terminal());
      if (const std::string line = lasting_line(event, progress, look); !line.empty()) {
        repaint(line, look, event.elapsed);
      }
    }
  }

  void say(const std::string& line, Elapsed now) {
    if (!line.empty()) {
      write(line);
      last_said = now;
    }
  }

  /// Replaces the live area by some lasting lines and the area as it is now.
  void repaint(std::string_view lasting, const Look& look, Elapsed now) {
    std::string area = live_area(progress, look, now);
    if (lasting.empty() && area == painted_area) {
      return;
    }
    write(erased_area() + std::string(lasting) + area);
    area_lines = static_cast<std::size_t>(std::count(area.begin(), area.end(), '\n'));
    painted_area = std::move(area);
  }

  /// Moves to the area's first line and erases from there to the end of the screen. Source: ECMA-48 CPL, ED.
  [[nodiscard]] std::string erased_area() const {
    return area_lines == 0 ? "" : fmt::format("\x1b[{}F\x1b[J", area_lines);
  }

  void tick() {
    const std::lock_guard lock(mutex);
    const Elapsed now = events->elapsed();
    if (mode == ProgressMode::tty) {
      repaint("", look_of(terminal()), now);
    } else if (now - last_said >= kHeartbeatEvery && !progress.running.empty()) {
      say(heartbeat(progress, now), now);
    }
  }
};

ProgressDisplay::ProgressDisplay(schedule::EventStream& events, host::Clock& clock, ProgressMode mode,
                                 TerminalInspector terminal, Writer write)
    : state_(std::make_shared<State>()) {
  state_->events = &events;
  state_->clock = &clock;
  state_->terminal = std::move(terminal);
  state_->write = std::move(write);
  state_->mode = mode != ProgressMode::automatic  ? mode
                 : state_->terminal().can_repaint ? ProgressMode::tty
                                                  : ProgressMode::plain;
  events.subscribe([state = state_](const schedule::Event& event) { state->take(event); });
  if (state_->mode == ProgressMode::tty || state_->mode == ProgressMode::plain) {
    const milliseconds pause = state_->mode == ProgressMode::tty ? kRepaintEvery : milliseconds(1000);
    state_->ticker = std::jthread([state = state_.get(), pause](const std::stop_token& stop) {
      while (state->clock->wait(pause, stop)) {
        state->tick();
      }
    });
  }
}

ProgressDisplay::~ProgressDisplay() {
  state_->events->flush();
  if (state_->ticker.joinable()) {
    state_->ticker.request_stop();
    state_->ticker.join();
  }
  const std::lock_guard lock(state_->mutex);
  state_->is_over = true;
  if (const std::string erase = state_->erased_area(); !erase.empty()) {
    state_->write(erase);
  }
}

void ProgressDisplay::print(std::string_view lines) {
  const std::lock_guard lock(state_->mutex);
  if (state_->mode == ProgressMode::tty) {
    state_->repaint(lines, look_of(state_->terminal()), state_->events->elapsed());
  } else if (state_->mode != ProgressMode::quiet) {
    state_->write(lines);
  }
}

Result<schedule::EventStream::Observer> event_file(host::FileSystem& files, const host::FileSystem::Path& path) {
  WF_TRY_CONTEXT(auto opened, files.open_writer(path, host::OpenMode::truncate), "the file of --events");
  // A function object has to be copyable: the copies share the writer.
  struct Open {
    std::unique_ptr<host::FileWriter> writer;
    bool has_failed = false;
  };
  const auto file = std::make_shared<Open>(Open{std::move(opened), false});
  return schedule::EventStream::Observer([file](const schedule::Event& event) {
    if (!file->has_failed) {
      file->has_failed = !file->writer->write(schedule::to_json_line(event) + "\n");
    }
  });
}

} // namespace wheelforge::progress
