// MS-DOS times: what SOURCE_DATE_EPOCH becomes in an archive.
#include "orchestrator/zip/zip_member.hpp"
#include "tests/support/catch.hpp"

using wheelforge::zip::DosTime;

TEST_CASE("DOS times keep even seconds from 1980 to 2107") {
  const auto [seconds, kept] = GENERATE(table<std::int64_t, std::int64_t>({
      {0, 315532800},                     // before 1980: 1980-01-01
      {315532800, 315532800},             // 1980-01-01T00:00:00Z
      {1700000001, 1700000000},           // odd seconds are rounded down
      {1709210096, 1709210096},           // 2024-02-29T12:34:56Z, a leap day
      {4354819198, 4354819198},           // 2107-12-31T23:59:58Z
      {4354819199, 4354819198},           //
      {std::int64_t{1} << 40, 4354819198} // far behind the end
  }));
  CHECK(DosTime::from_unix(seconds).to_unix() == kept);
}

TEST_CASE("a DOS time has its fields where APPNOTE puts them") {
  const DosTime time = DosTime::from_unix(1709210096); // 2024-02-29T12:34:56Z
  CHECK(time.date == ((2024 - 1980) << 9 | 2 << 5 | 29));
  CHECK(time.time == (12 << 11 | 34 << 5 | 56 / 2));
}

TEST_CASE("impossible DOS fields count as their nearest value") {
  const DosTime nonsense{.date = 0, .time = 0xffff};
  CHECK(nonsense.to_unix() == 315532800 + 23 * 3600 + 59 * 60 + 58);
}
