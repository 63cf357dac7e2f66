// Dates in logs and names.
#include "orchestrator/pipeline/utc_time.hpp"
#include "tests/support/catch.hpp"

using namespace wheelforge::pipeline;

TEST_CASE("dates are written in UTC with milliseconds") {
  const auto time = std::chrono::system_clock::time_point(std::chrono::milliseconds(1709210096007));
  CHECK(utc_time(time) == "2024-02-29T12:34:56.007Z");
  CHECK(compact_utc_time(time) == "20240229T123456Z");
}
