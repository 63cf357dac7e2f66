// Writes durations for people.
#include "orchestrator/schedule/duration_text.hpp"

#include <fmt/core.h>

namespace wheelforge::schedule {

std::string duration_text(std::chrono::milliseconds duration) {
  const auto milliseconds = duration.count();
  if (milliseconds < 1000) {
    return fmt::format("{}ms", milliseconds);
  }
  const auto seconds = milliseconds / 1000;
  if (seconds < 10) {
    const auto tenths = milliseconds / 100 % 10;
    return tenths == 0 ? fmt::format("{}s", seconds) : fmt::format("{}.{}s", seconds, tenths);
  }
  if (seconds < 60) {
    return fmt::format("{}s", seconds);
  }
  const auto minutes = seconds / 60;
  if (minutes < 60) {
    return seconds % 60 == 0 ? fmt::format("{}m", minutes) : fmt::format("{}m{:02}s", minutes, seconds % 60);
  }
  return minutes % 60 == 0 ? fmt::format("{}h", minutes / 60) : fmt::format("{}h{:02}m", minutes / 60, minutes % 60);
}

} // namespace wheelforge::schedule
