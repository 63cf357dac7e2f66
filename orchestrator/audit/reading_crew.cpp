// A counter for what each thread takes, and a list of what is shared.
#include "orchestrator/audit/reading_crew.hpp"

#include <algorithm>
#include <atomic>
#include <thread>

namespace wheelforge::audit {
namespace {

/// What a thread may keep from one wheel to the next, in bytes: enough for most, and little beside what is else there.
constexpr std::uint64_t kKept = std::uint64_t{16} << 20U;

} // namespace

void ReadingMemory::give_back(MemoryGate& gate) {
  inflater.release();
  gate.give_back(held);
  held = 0;
}

void ReadingCrew::run(std::size_t count, const std::function<void(std::size_t, ReadingMemory&)>& each) {
  std::atomic<std::size_t> next = 0;
  busy_ = threads_;
  const auto work = [&] {
    ReadingMemory memory;
    for (std::size_t i = next++; i < count; i = next++) {
      each(i, memory);
      if (memory.held > kKept) {
        memory.give_back(gate_);
      }
    }
    help(memory);
    memory.give_back(gate_);
  };
  std::vector<std::thread> others;
  for (unsigned i = 1; i < threads_; ++i) {
    others.emplace_back(work);
  }
  work();
  for (std::thread& thread : others) {
    thread.join();
  }
}

void ReadingCrew::share(const Work& work, ReadingMemory& own) {
  Offer offer{&work};
  {
    const std::lock_guard lock(mutex_);
    offers_.push_back(&offer);
    changed_.notify_all();
  }
  work(own);
  std::unique_lock lock(mutex_);
  offer.is_done = true;
  while (offer.helpers > 0) {
    rest(lock, own);
  }
  offers_.erase(std::find(offers_.begin(), offers_.end(), &offer));
}

/// Until no thread has anything of its own.
void ReadingCrew::help(ReadingMemory& memory) {
  std::unique_lock lock(mutex_);
  --busy_;
  changed_.notify_all();
  while (busy_ > 0) {
    const auto open = std::find_if(offers_.begin(), offers_.end(), [](const Offer* offer) { return !offer->is_done; });
    if (open == offers_.end()) {
      rest(lock, memory);
      continue;
    }
    Offer& offer = **open;
    ++offer.helpers;
    lock.unlock();
    (*offer.work)(memory);
    lock.lock();
    offer.is_done = true;
    --offer.helpers;
    changed_.notify_all();
  }
}

/// Waits for a change. What is held goes back first: those waited for may need it.
void ReadingCrew::rest(std::unique_lock<std::mutex>& lock, ReadingMemory& memory) {
  if (memory.held > 0) {
    lock.unlock();
    memory.give_back(gate_);
    lock.lock();
    return; // something may have changed meanwhile
  }
  changed_.wait(lock);
}

} // namespace wheelforge::audit
