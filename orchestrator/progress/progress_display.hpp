// Shows a run's progress while it runs: a live area on a terminal, lines elsewhere.
#pragma once

#include "orchestrator/base/error.hpp"
#include "orchestrator/host/clock.hpp"
#include "orchestrator/host/file_system.hpp"
#include "orchestrator/host/terminal.hpp"
#include "orchestrator/schedule/event_stream.hpp"

#include <functional>
#include <memory>
#include <string_view>

namespace wheelforge::progress {

/// --progress of the command line.
enum class ProgressMode {
  automatic, ///< tty where the terminal can repaint and no CI service runs us, else plain
  tty,
  plain,
  json,  ///< the events themselves, one JSON object a line
  quiet, ///< nothing
};

/// The mode of that name: "auto", "tty", "plain", "json", "quiet". Fails with kind `usage` on any other.
[[nodiscard]] Result<ProgressMode> parse_progress_mode(std::string_view name);

/// Subscribes to a run's events and shows them until it is destroyed; then the live area is gone and only the lasting
/// lines remain. Nothing else may write to the stream meanwhile but by print().
///
///   schedule::EventStream events(clock);
///   {
///     progress::ProgressDisplay display(events, clock, mode, [] { return host::inspect_terminal(2, color); },
///                                       [](std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr);
///                                       });
///     … run …
///   }                                                   // summary table and failure block after this
class ProgressDisplay {
public:
  using TerminalInspector = std::function<host::Terminal()>; ///< asked again at every repaint, so that resizing shows
  using Writer = std::function<void(std::string_view)>;      ///< called from one thread at a time

  /// Stream and clock must outlive the display.
  ProgressDisplay(schedule::EventStream& events, host::Clock& clock, ProgressMode mode, TerminalInspector terminal,
                  Writer write);
  /// Shows what was posted before, then takes the live area away.
  ~ProgressDisplay();
  ProgressDisplay(const ProgressDisplay&) = delete;
  ProgressDisplay& operator=(const ProgressDisplay&) = delete;

  /// Writes lines of one's own above the live area; from any thread.
  void print(std::string_view lines);

private:
  struct State;
  std::shared_ptr<State> state_; ///< shared with the stream, which may outlive the display
};

/// Opens the file of --events and returns the observer that writes each event into it as a line of JSON. After a write
/// that failed it writes nothing more, so that no line is half.
[[nodiscard]] Result<schedule::EventStream::Observer> event_file(host::FileSystem& files,
                                                                 const host::FileSystem::Path& path);

} // namespace wheelforge::progress
