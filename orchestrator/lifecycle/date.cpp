// RFC 3339 full-dates.
#include "orchestrator/lifecycle/date.hpp"

namespace wheelforge::lifecycle {
namespace {

/// The number of exactly these digits; -1 where one is none.
int number(std::string_view digits) {
  int value = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') {
      return -1;
    }
    value = value * 10 + (c - '0');
  }
  return value;
}

} // namespace

Result<Date> parse_date(std::string_view text) {
  const bool shaped = text.size() == 10 && text[4] == '-' && text[7] == '-';
  const int year = shaped ? number(text.substr(0, 4)) : -1;
  const int month = shaped ? number(text.substr(5, 2)) : -1;
  const int day = shaped ? number(text.substr(8, 2)) : -1;
  if (year < 0 || month < 0 || day < 0) {
    return fail(ErrorKind::usage, "date {:?}, wanted a day such as 2026-11-23", std::string(text));
  }
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) {
    return fail(ErrorKind::usage, "date {:?}: there is no such day", std::string(text));
  }
  return Date{std::chrono::sys_days(date)};
}

std::string to_string(Date date) {
  const std::chrono::year_month_day day(date.day);
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
                     static_cast<unsigned>(day.day()));
}

int days_between(Date from, Date to) { return static_cast<int>((to.day - from.day).count()); }

} // namespace wheelforge::lifecycle
