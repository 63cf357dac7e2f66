// Calendar arithmetic by <chrono>, without time zones.
#include "orchestrator/pipeline/utc_time.hpp"

#include <fmt/core.h>

namespace wheelforge::pipeline {
namespace {
struct Parts {
  std::chrono::year_month_day date;
  std::chrono::hh_mm_ss<std::chrono::milliseconds> time;
};

Parts parts_of(std::chrono::system_clock::time_point time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  return {std::chrono::year_month_day(day),
          std::chrono::hh_mm_ss(std::chrono::floor<std::chrono::milliseconds>(time - day))};
}

int year_of(const Parts& parts) { return static_cast<int>(parts.date.year()); }
unsigned month_of(const Parts& parts) { return static_cast<unsigned>(parts.date.month()); }
unsigned day_of(const Parts& parts) { return static_cast<unsigned>(parts.date.day()); }
} // namespace

std::string utc_time(std::chrono::system_clock::time_point time) {
  const Parts parts = parts_of(time);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", year_of(parts), month_of(parts), day_of(parts),
                     parts.time.hours().count(), parts.time.minutes().count(), parts.time.seconds().count(),
                     parts.time.subseconds().count());
}

std::string compact_utc_time(std::chrono::system_clock::time_point time) {
  const Parts parts = parts_of(time);
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", year_of(parts), month_of(parts), day_of(parts),
                     parts.time.hours().count(), parts.time.minutes().count(), parts.time.seconds().count());
}

} // namespace wheelforge::pipeline
