// Drives the scheduler's core with real threads and a clock.
#include "orchestrator/schedule/scheduler.hpp"

#include "orchestrator/schedule/scheduler_core.hpp"
#include "orchestrator/schedule/worker_pool.hpp"

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <unordered_map>
#include <utility>

namespace wheelforge::schedule {

namespace {

using std::chrono::milliseconds;

/// What the worker threads and Ctrl-C have to tell the scheduler's thread.
class Inbox {
public:
  struct Ended {
    std::optional<TaskIndex> task; ///< a task, with its outcome; else the group was closed
    TaskOutcome outcome;
    GroupIndex group = 0;
  };
  struct News {
    std::deque<Ended> ended;
    bool stop = false;
  };

  void put(Ended ended) {
    const std::lock_guard lock(mutex_);
    news_.ended.push_back(std::move(ended));
    wake();
  }
  void put_stop() {
    const std::lock_guard lock(mutex_);
    news_.stop = true;
    wake();
  }

  /// Waits until there is something, or the clock has moved on by `limit`.
  [[nodiscard]] News take(host::Clock& clock, std::optional<milliseconds> limit) {
    std::unique_lock lock(mutex_);
    if (!limit) {
      changed_.wait(lock, [this] { return has_news(); });
    } else if (!has_news()) {
      wake_up_ = std::stop_source();
      const std::stop_token woken = wake_up_.get_token();
      lock.unlock();
      static_cast<void>(clock.wait(*limit, woken));
      lock.lock();
    }
    return std::exchange(news_, {});
  }

private:
  [[nodiscard]] bool has_news() const { return news_.stop || !news_.ended.empty(); }
  void wake() {
    changed_.notify_one();
    wake_up_.request_stop();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::stop_source wake_up_;
  News news_;
};

/// Runs the task; an exception is a fault of ours and fails it.
TaskOutcome run_guarded(TaskRunner& runner, const Task& task, const Attempt& attempt, const std::stop_token& stop) {
  try {
    return runner.run(task, attempt, stop);
  } catch (const std::exception& exception) {
    return TaskOutcome::failed(
        {fmt::format("task '{}' threw an exception: {}", task.id, exception.what()), ErrorKind::internal, {}});
  }
}

class Driver {
public:
  Driver(const TaskGraph& graph, const SchedulerOptions& options, TaskRunner& runner, host::Clock& clock,
         EventStream* events)
      : graph_(graph), runner_(runner), clock_(clock), events_(events), start_(clock.steady()), core_(graph, options) {}

  ScheduleResult run(const std::stop_token& stop) {
    const std::stop_callback on_stop(stop, [this] { inbox_.put_stop(); });
    if (stop.stop_requested()) {
      core_.request_stop(now());
    }
    while (true) {
      const std::vector<Action> actions = core_.advance(now());
      for (Event& event : core_.take_events()) {
        if (events_ != nullptr) {
          events_->post(std::move(event));
        }
      }
      perform(actions);
      if (core_.is_done()) {
        return core_.result();
      }
      std::optional<milliseconds> limit;
      if (const auto wakeup = core_.next_wakeup()) {
        limit = std::max(milliseconds(0), *wakeup - now());
      }
      take_in(inbox_.take(clock_, limit));
    }
  }

private:
  [[nodiscard]] milliseconds now() const { return std::chrono::duration_cast<milliseconds>(clock_.steady() - start_); }

  void take_in(Inbox::News news) {
    if (news.stop) {
      core_.request_stop(now());
    }
    for (Inbox::Ended& ended : news.ended) {
      if (ended.task) {
        stops_.erase(*ended.task);
        core_.task_finished(*ended.task, std::move(ended.outcome), now());
      } else {
        core_.group_closed(ended.group, now());
      }
    }
  }

  void perform(const std::vector<Action>& actions) {
    for (const Action& action : actions) {
      const Group& group = graph_.groups()[action.group];
      switch (action.kind) {
      case Action::Kind::open_group:
        runner_.group_started(group, action.attempt);
        break;
      case Action::Kind::start_task:
        start(action);
        break;
      case Action::Kind::stop_task:
        if (const auto running = stops_.find(action.task); running != stops_.end()) {
          running->second.request_stop();
        }
        break;
      case Action::Kind::close_group:
        workers_.run([this, action, &group] {
          runner_.group_finished(group, action.attempt, action.status);
          inbox_.put({std::nullopt, {}, action.group});
        });
        break;
      }
    }
  }

  void start(const Action& action) {
    const std::stop_token token = stops_[action.task].get_token();
    workers_.run([this, action, token] {
      inbox_.put({action.task, run_guarded(runner_, graph_.tasks()[action.task], action.attempt, token), action.group});
    });
  }

  const TaskGraph& graph_;
  TaskRunner& runner_;
  host::Clock& clock_;
  EventStream* events_;
  host::Clock::Steady start_;
  SchedulerCore core_;
  std::unordered_map<TaskIndex, std::stop_source> stops_; ///< of the running tasks
  Inbox inbox_;
  WorkerPool workers_; ///< last: its threads use all of the above
};

} // namespace

ScheduleResult run_tasks(const TaskGraph& graph, const SchedulerOptions& options, TaskRunner& runner,
                         host::Clock& clock, EventStream* events, std::stop_token stop) {
  Driver driver(graph, options, runner, clock, events);
  return driver.run(stop);
}

} // namespace wheelforge::schedule
