// Events reach their observers in order, dated and numbered.
#include "orchestrator/schedule/event_stream.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/fake_clock.hpp"

#include <thread>
#include <vector>

using namespace wheelforge;
using namespace wheelforge::schedule;
using namespace std::chrono_literals;

namespace {
Event message(std::string text) {
  Event event;
  event.text = std::move(text);
  return event;
}
} // namespace

TEST_CASE("an event carries its number, the time since the start and the date") {
  host::FakeClock clock;
  EventStream stream(clock);
  std::vector<Event> seen;
  stream.subscribe([&](const Event& event) { seen.push_back(event); });
  stream.post(message("one"));
  clock.turn(1500ms);
  stream.post(message("two"));
  stream.flush();
  REQUIRE(seen.size() == 2);
  CHECK(seen[0].sequence == 1);
  CHECK(seen[1].sequence == 2);
  CHECK(seen[1].elapsed == 1500ms);
  CHECK(to_json_line(seen[1]) ==
        R"({"v":1,"seq":2,"t":"2026-01-01T00:00:01.500Z","ms":1500,"ev":"message","text":"two"})");
  CHECK(stream.elapsed() == 1500ms);
}

TEST_CASE("events of many threads come one at a time, on one thread, in the order of their numbers") {
  host::FakeClock clock;
  std::vector<std::uint64_t> numbers;
  std::vector<std::thread::id> threads;
  {
    EventStream stream(clock);
    stream.subscribe([&](const Event& event) {
      numbers.push_back(event.sequence);
      threads.push_back(std::this_thread::get_id());
    });
    std::vector<std::thread> posters;
    for (int poster = 0; poster < 4; ++poster) {
      posters.emplace_back([&] {
        for (int count = 0; count < 250; ++count) {
          stream.post(message("x"));
        }
      });
    }
    for (std::thread& poster : posters) {
      poster.join();
    }
  } // the end of a stream delivers everything
  REQUIRE(numbers.size() == 1000);
  for (std::size_t index = 0; index < numbers.size(); ++index) {
    REQUIRE(numbers[index] == index + 1);
    REQUIRE(threads[index] == threads[0]);
  }
}

TEST_CASE("an observer sees what is posted after it came") {
  host::FakeClock clock;
  EventStream stream(clock);
  stream.post(message("before"));
  stream.flush();
  int seen = 0;
  stream.subscribe([&](const Event&) { ++seen; });
  stream.post(message("after"));
  stream.flush();
  CHECK(seen == 1);
}
