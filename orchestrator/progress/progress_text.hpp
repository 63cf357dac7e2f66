// Progress as text: the live area of a terminal, and plain lines for everything else. No clock, no output.
#pragma once

#include "orchestrator/progress/progress_state.hpp"

#include <string>
#include <string_view>

namespace wheelforge::progress {

/// What the text may use.
struct Look {
  int columns = 80;
  int rows = 24;
  bool color = false;
  bool unicode = false;

  bool operator==(const Look&) const = default;
};

/// The running cells with their phase and time, oldest first, and below them one line that counts what is done and
/// says how long the rest should take. At most rows - 2 lines (at least one), each ended by a line end and narrower
/// than the terminal.
[[nodiscard]] std::string live_area(const ProgressState& state, const Look& look, Elapsed now);

/// The line that an event leaves behind in a plain log, with its line end; empty where the event is none of the
/// reader's business. `state` is that after the event.
[[nodiscard]] std::string plain_line(const schedule::Event& event, const ProgressState& state, const Look& look);

/// The line that an event leaves above the live area: ended cells, retries and messages.
[[nodiscard]] std::string lasting_line(const schedule::Event& event, const ProgressState& state, const Look& look);

/// A sign of life when nothing else was said for a while, with its line end.
[[nodiscard]] std::string heartbeat(const ProgressState& state, Elapsed now);

/// The text in at most `columns` columns (a character outside ASCII counts as one), cut with an ellipsis, and without
/// control characters.
[[nodiscard]] std::string fitted(std::string_view text, int columns, bool unicode);

} // namespace wheelforge::progress
