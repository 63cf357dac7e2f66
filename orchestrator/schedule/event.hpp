// What happens during a run, as values and as JSON lines (docs/schema/events.schema.json).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wheelforge::schedule {

/// What happened.
enum class EventKind {
  run_started,    ///< "run.started"
  run_finished,   ///< "run.finished"
  group_queued,   ///< "group.queued": once for each group, before anything starts
  group_started,  ///< "group.started": each attempt
  group_finished, ///< "group.finished": once for each group
  task_queued,    ///< "task.queued": all it needs is finished
  task_started,   ///< "task.started"
  task_finished,  ///< "task.finished": one for each task.started, and one for each task that never ran
  task_retrying,  ///< "task.retrying": it failed in a way that is worth another attempt of its group
  log_written,    ///< "log": a log file of the task has its first lines, see `log`
  message,        ///< "message": one line for people that belongs to no task ("pulling image …")
};

/// The name as it stands in "ev".
[[nodiscard]] std::string_view to_string(EventKind kind);

/// One thing that happened. Fields that have no meaning for the kind are empty.
struct Event {
  EventKind kind = EventKind::message;
  std::uint64_t sequence = 0;                   ///< 1, 2, …; set by EventStream::post
  std::chrono::milliseconds elapsed{0};         ///< since the stream was made, never falls; set by EventStream::post
  std::chrono::system_clock::time_point time{}; ///< the same moment as a date; set by EventStream::post

  std::string run;    ///< run.*: the run's id
  std::string group;  ///< the cell's id, of group.*, task.* and log
  std::string task;   ///< of task.* and log; of group.* the same as `group` where that is a shared task and no cell
  std::string phase;  ///< of task.*
  int attempt = 0;    ///< of group.started, task.*
  std::string status; ///< of *.finished: "ok", "skipped", "failed", "cancelled", "not-run"
  std::string text;   ///< of *.finished: the error's message or why skipped; of task.retrying and message likewise
  std::string log;    ///< of log: the file's path
  std::optional<std::chrono::milliseconds> duration; ///< of *.finished
  std::optional<std::chrono::milliseconds> expected; ///< of group.queued: all its work; of task.queued: its own
  std::optional<std::chrono::milliseconds> wait;     ///< of task.retrying: how long until the next attempt
  std::uint64_t total_groups = 0;                    ///< of run.started
  int jobs = 0;                                      ///< of run.started: heavy slots; of task.started: compile jobs

  bool operator==(const Event&) const = default;
};

/// One line of JSON without a line end: {"v":1,"seq":7,"t":"2026-11-23T10:00:00.120Z","ms":120,"ev":"task.started",…}.
/// Bytes that are not UTF-8 are replaced.
[[nodiscard]] std::string to_json_line(const Event& event);

} // namespace wheelforge::schedule
