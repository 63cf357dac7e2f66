// MS-DOS times to and from seconds since 1970.
#include "orchestrator/zip/zip_member.hpp"

#include <algorithm>
#include <chrono>

namespace wheelforge::zip {
namespace {

using std::chrono::sys_days;
using std::chrono::sys_seconds;
namespace calendar = std::chrono;

constexpr sys_seconds kFirst = sys_days{calendar::year{1980} / 1 / 1};
constexpr sys_seconds kLast = sys_days{calendar::year{2107} / 12 / 31} + calendar::hours{24} - calendar::seconds{2};

} // namespace

DosTime DosTime::from_unix(std::int64_t seconds) {
  const sys_seconds moment = std::clamp(sys_seconds{calendar::seconds{seconds}}, kFirst, kLast);
  const auto midnight = calendar::floor<calendar::days>(moment);
  const calendar::year_month_day day{midnight};
  const calendar::hh_mm_ss clock{moment - midnight};
  const auto year = static_cast<unsigned>(static_cast<int>(day.year()) - 1980);
  const auto hours = static_cast<unsigned>(clock.hours().count());
  const auto minutes = static_cast<unsigned>(clock.minutes().count());
  const auto half_seconds = static_cast<unsigned>(clock.seconds().count()) / 2;
  return {.date = static_cast<std::uint16_t>(year << 9U | unsigned{day.month()} << 5U | unsigned{day.day()}),
          .time = static_cast<std::uint16_t>(hours << 11U | minutes << 5U | half_seconds)};
}

std::int64_t DosTime::to_unix() const {
  const int year = 1980 + (date >> 9);
  const unsigned month = std::clamp(date >> 5U & 15U, 1U, 12U);
  const unsigned day = std::max(date & 31U, 1U);
  const auto midnight = sys_days{calendar::year{year} / static_cast<int>(month) / 1} + calendar::days{day - 1};
  const auto clock = calendar::hours{std::min(time >> 11U, 23)} + calendar::minutes{std::min(time >> 5U & 63U, 59U)} +
                     calendar::seconds{std::min((time & 31U) * 2, 58U)};
  return (midnight + clock).time_since_epoch() / calendar::seconds{1};
}

} // namespace wheelforge::zip
