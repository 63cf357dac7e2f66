// Durations for people: "250ms", "4.2s", "1m30s", "2h05m".
#pragma once

#include <chrono>
#include <string>

namespace wheelforge::schedule {

/// Below a second in milliseconds, below ten seconds with a tenth (left out when it is 0), then in the two largest
/// units of hours, minutes and seconds, cut off: "250ms", "4.2s", "30m", "1m30s", "2h05m".
[[nodiscard]] std::string duration_text(std::chrono::milliseconds duration);

} // namespace wheelforge::schedule
