// Days: what is one, and how far apart two are.
#include "orchestrator/lifecycle/date.hpp"

#include "tests/support/catch.hpp"

using namespace wheelforge;
using namespace wheelforge::lifecycle;

TEST_CASE("a day is read only in its one form and only if it exists") {
  CHECK(to_string(*parse_date("2024-02-29")) == "2024-02-29");
  for (const char* wrong : {"", "2023-02-29", "2026-13-01", "2026-00-10", "2026-1-01", "26-01-01", "2026/01/01",
                            "2026-01-01T00:00:00Z", "2026-01-0a", " 2026-01-01"}) {
    INFO(wrong);
    const auto date = parse_date(wrong);
    REQUIRE_FALSE(date);
    CHECK(date.error().kind == ErrorKind::usage);
    CHECK(date.error().message.find(wrong) != std::string::npos);
  }
}

TEST_CASE("days are counted over leap years and backwards") {
  CHECK(days_between(*parse_date("2024-02-28"), *parse_date("2024-03-01")) == 2);
  CHECK(days_between(*parse_date("2025-02-28"), *parse_date("2025-03-01")) == 1);
  CHECK(days_between(*parse_date("2026-11-25"), *parse_date("2024-06-30")) == -878);
}
