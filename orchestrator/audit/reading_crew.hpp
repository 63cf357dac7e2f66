// The threads that read wheels: side by side while there are wheels enough, together on the members of the last ones.
#pragma once

#include "orchestrator/audit/memory_gate.hpp"
#include "orchestrator/zip/inflater.hpp"

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <vector>

namespace wheelforge::audit {

/// What one thread reads members with, kept from one member and one wheel to the next, so that its memory is not asked
/// for anew each time. It is counted by a gate until it is given back.
struct ReadingMemory {
  zip::Inflater inflater;
  std::vector<std::byte> compared; ///< pieces of two members that may be the same
  std::uint64_t held = 0;          ///< bytes that the gate counts

  void give_back(MemoryGate& gate);
};

/// A number of threads, the calling one among them, and the bound on the memory of all.
class ReadingCrew {
public:
  using Work = std::function<void(ReadingMemory&)>;

  /// `threads` is at least 1.
  explicit ReadingCrew(unsigned threads) : threads_(threads) {}
  ReadingCrew(const ReadingCrew&) = delete;
  ReadingCrew& operator=(const ReadingCrew&) = delete;

  /// Calls `each` with 0 … `count` - 1, begun in this order, each on one thread. A thread that finds none left helps
  /// with what the others share. Returns when all is done.
  void run(std::size_t count, const std::function<void(std::size_t, ReadingMemory&)>& each);

  /// Calls `work` here and, inside run(), at the same time on every thread that has nothing of its own left.
  /// `work` takes what there is piece by piece and returns when nothing is left. Returns when no thread is in it.
  void share(const Work& work, ReadingMemory& own);

  [[nodiscard]] MemoryGate& gate() { return gate_; }

private:
  struct Offer {
    const Work* work = nullptr;
    unsigned helpers = 0;
    bool is_done = false; ///< nothing is left to take
  };

  void help(ReadingMemory& memory);
  void rest(std::unique_lock<std::mutex>& lock, ReadingMemory& memory);

  unsigned threads_;
  MemoryGate gate_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Offer*> offers_;
  unsigned busy_ = 0; ///< threads with something of their own
};

} // namespace wheelforge::audit
