// Carries events from any thread to its observers, in one order, on one thread.
#pragma once

#include "orchestrator/host/clock.hpp"
#include "orchestrator/schedule/event.hpp"

#include <functional>
#include <memory>

namespace wheelforge::schedule {

/// Numbers and dates events and hands them to the observers one by one on a thread of its own, so that posting never
/// waits for a slow observer.
class EventStream {
public:
  using Observer = std::function<void(const Event&)>;

  /// The clock must outlive the stream.
  explicit EventStream(host::Clock& clock);
  /// Delivers what was posted, then ends.
  ~EventStream();
  EventStream(const EventStream&) = delete;
  EventStream& operator=(const EventStream&) = delete;

  /// Adds an observer; it sees the events posted from now on. Not from inside an observer.
  void subscribe(Observer observer);
  /// Queues an event; from any thread. Sets its sequence, elapsed and time.
  void post(Event event);
  /// Returns when everything posted so far has been delivered. Not from inside an observer.
  void flush();
  /// Milliseconds since the stream was made: the time base of Event::elapsed.
  [[nodiscard]] std::chrono::milliseconds elapsed() const;

private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace wheelforge::schedule
