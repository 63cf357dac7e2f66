// Durations as people read them.
#include "orchestrator/schedule/duration_text.hpp"
#include "tests/support/catch.hpp"

using namespace wheelforge::schedule;
using namespace std::chrono_literals;

TEST_CASE("a duration is written in the units that matter") {
  CHECK(duration_text(0ms) == "0ms");
  CHECK(duration_text(999ms) == "999ms");
  CHECK(duration_text(1000ms) == "1s");
  CHECK(duration_text(4250ms) == "4.2s");
  CHECK(duration_text(59999ms) == "59s");
  CHECK(duration_text(60s) == "1m");
  CHECK(duration_text(90s) == "1m30s");
  CHECK(duration_text(65s) == "1m05s");
  CHECK(duration_text(30min) == "30m");
  CHECK(duration_text(2h) == "2h");
  CHECK(duration_text(125min) == "2h05m");
}
