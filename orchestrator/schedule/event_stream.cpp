// One thread that delivers events in order.
#include "orchestrator/schedule/event_stream.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace wheelforge::schedule {

using std::chrono::milliseconds;

struct EventStream::State {
  explicit State(host::Clock& clock_in)
      : clock(clock_in), start_wall(clock_in.now()), start_steady(clock_in.steady()), thread([this] { deliver(); }) {}
  ~State() {
    {
      const std::lock_guard lock(mutex);
      is_ending = true;
    }
    changed.notify_all();
    thread.join();
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  [[nodiscard]] milliseconds elapsed() const {
    return std::chrono::duration_cast<milliseconds>(clock.steady() - start_steady);
  }

  void deliver() {
    std::unique_lock lock(mutex);
    while (true) {
      changed.wait(lock, [this] { return is_ending || !queue.empty(); });
      if (queue.empty()) {
        return;
      }
      const Event event = std::move(queue.front());
      queue.pop_front();
      is_delivering = true;
      const std::size_t count = observers.size();
      for (std::size_t next = 0; next < count; ++next) {
        const Observer& observer = observers[next];
        lock.unlock();
        observer(event);
        lock.lock();
      }
      is_delivering = false;
      if (queue.empty()) {
        drained.notify_all();
      }
    }
  }

  host::Clock& clock;
  const host::Clock::Wall start_wall;
  const host::Clock::Steady start_steady;
  std::mutex mutex;
  std::condition_variable changed;
  std::condition_variable drained;
  std::deque<Event> queue;
  std::deque<Observer> observers; ///< a deque, so that one being called stays where it is when another is added
  std::uint64_t posted = 0;
  bool is_delivering = false;
  bool is_ending = false;
  std::thread thread; ///< last: it uses all of the above
};

EventStream::EventStream(host::Clock& clock) : state_(std::make_unique<State>(clock)) {}
EventStream::~EventStream() = default;

void EventStream::subscribe(Observer observer) {
  const std::lock_guard lock(state_->mutex);
  state_->observers.push_back(std::move(observer));
}

void EventStream::post(Event event) {
  {
    const std::lock_guard lock(state_->mutex);
    event.sequence = ++state_->posted;
    event.elapsed = state_->elapsed(); // under the lock, so that it never falls along the sequence
    event.time = state_->start_wall + event.elapsed;
    state_->queue.push_back(std::move(event));
  }
  state_->changed.notify_one();
}

void EventStream::flush() {
  std::unique_lock lock(state_->mutex);
  state_->drained.wait(lock, [this] { return state_->queue.empty() && !state_->is_delivering; });
}

milliseconds EventStream::elapsed() const { return state_->elapsed(); }

} // namespace wheelforge::schedule
