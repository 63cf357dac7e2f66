// A day, for dates of support: parsed strictly, compared, and counted.
#pragma once

#include "orchestrator/base/error.hpp"

#include <chrono>
#include <compare>
#include <string>
#include <string_view>

namespace wheelforge::lifecycle {

/// One day of the Gregorian calendar.
struct Date {
  std::chrono::sys_days day;

  bool operator==(const Date&) const = default;
  auto operator<=>(const Date&) const = default;
};

/// "2026-11-23". Fails (kind usage) on every other form and on days that do not exist, with the text seen.
[[nodiscard]] Result<Date> parse_date(std::string_view text);

/// "2026-11-23".
[[nodiscard]] std::string to_string(Date date);

/// How many days `to` is after `from`; negative where it is before.
[[nodiscard]] int days_between(Date from, Date to);

} // namespace wheelforge::lifecycle
