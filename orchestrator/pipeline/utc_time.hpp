// Dates as they stand in logs, reports and the names of runs.
#pragma once

#include <chrono>
#include <string>

namespace wheelforge::pipeline {

/// RFC 3339 with milliseconds: "2026-11-23T09:30:00.120Z".
[[nodiscard]] std::string utc_time(std::chrono::system_clock::time_point time);

/// For file names, sorted as time goes: "20261123T093000Z".
[[nodiscard]] std::string compact_utc_time(std::chrono::system_clock::time_point time);

} // namespace wheelforge::pipeline
