// The threads that read wheels: who does what, who helps, and that none waits for ever.
#include "orchestrator/audit/reading_crew.hpp"
#include "tests/support/catch.hpp"

#include <array>
#include <atomic>
#include <future>
#include <mutex>
#include <set>
#include <thread>

using namespace wheelforge::audit;

TEST_CASE("each index is taken once, whatever the number of threads") {
  for (const unsigned threads : {1U, 2U, 7U}) {
    ReadingCrew crew(threads);
    std::array<std::atomic<int>, 100> taken{};
    crew.run(taken.size(), [&](std::size_t i, ReadingMemory&) { ++taken[i]; });
    for (const auto& times : taken) {
      REQUIRE(times == 1);
    }
  }
}

TEST_CASE("nothing to do ends at once") {
  ReadingCrew crew(3);
  bool is_called = false;
  crew.run(0, [&](std::size_t, ReadingMemory&) { is_called = true; });
  CHECK_FALSE(is_called);
}

TEST_CASE("threads with nothing of their own help with what is shared") {
  ReadingCrew crew(3);
  std::set<std::thread::id> seen;
  std::mutex mutex;
  std::atomic<int> inside = 0;
  std::promise<void> all_there;
  const std::shared_future<void> are_all_there = all_there.get_future().share();
  crew.run(1, [&](std::size_t, ReadingMemory& own) {
    crew.share(
        [&](ReadingMemory&) {
          {
            const std::lock_guard lock(mutex);
            seen.insert(std::this_thread::get_id());
          }
          if (++inside == 3) {
            all_there.set_value();
          }
          are_all_there.wait(); // hangs where one is missing
        },
        own);
  });
  CHECK(seen.size() == 3);
}

TEST_CASE("share returns only when no helper is in it any more") {
  ReadingCrew crew(4);
  std::atomic<int> next = 0;
  std::atomic<int> done = 0;
  std::atomic<bool> was_complete = true;
  crew.run(8, [&](std::size_t, ReadingMemory& own) {
    std::atomic<int> mine = 0;
    std::atomic<int> finished = 0;
    crew.share(
        [&](ReadingMemory&) {
          while (mine++ < 50) {
            ++next;
            std::this_thread::yield();
            ++finished;
            ++done;
          }
        },
        own);
    if (finished != 50) {
      was_complete = false;
    }
  });
  CHECK(was_complete.load());
  CHECK(next == 400);
  CHECK(done == 400);
}

TEST_CASE("a thread that waits for its helpers holds nothing that they wait for") {
  ReadingCrew crew(2);
  crew.gate().allow(100);
  std::atomic<int> turn = 0;
  std::promise<void> is_helped;
  const auto hold = [&](ReadingMemory& memory, std::uint64_t wanted) {
    if (!crew.gate().grow(memory.held, wanted)) {
      memory.give_back(crew.gate());
      crew.gate().wait_for(wanted);
    }
    memory.held = wanted;
  };
  crew.run(1, [&](std::size_t, ReadingMemory& own) {
    crew.share(
        [&](ReadingMemory& memory) {
          if (turn++ == 0) {
            hold(memory, 80);
            is_helped.get_future().wait(); // the helper is inside, and will want more than there is
          } else {
            is_helped.set_value();
            hold(memory, 80);
          }
        },
        own);
  });
  CHECK(turn == 2);
}

TEST_CASE("the gate lets more in where a second large wheel comes") {
  MemoryGate gate;
  gate.allow(16);
  gate.allow(80, 64);
  CHECK(gate.grow(0, 60));
  CHECK_FALSE(gate.grow(0, 60));
  gate.allow(16);
  CHECK_FALSE(gate.grow(0, 60));
  gate.allow(80, 64);
  CHECK(gate.grow(0, 60));
  CHECK_FALSE(gate.grow(0, 60));
  gate.give_back(120);
}
