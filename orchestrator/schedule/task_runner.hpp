// What the scheduler asks of whoever does the work: run one task, take note of a group's begin and end.
#pragma once

#include "orchestrator/base/error.hpp"
#include "orchestrator/schedule/task.hpp"

#include <stop_token>
#include <string>

namespace wheelforge::schedule {

/// How one run of a task ended.
struct TaskOutcome {
  enum class Kind {
    ok,
    skipped,       ///< nothing had to be done; counts as success
    failed,        ///< ErrorKind::temporary and engine_unavailable are worth a retry of the group, others are final
    out_of_memory, ///< the kernel killed it for its memory: retried once with half the jobs
  };
  Kind kind = Kind::ok;
  Error error;        ///< of failed and out_of_memory
  std::string reason; ///< of skipped

  bool operator==(const TaskOutcome&) const = default;

  [[nodiscard]] static TaskOutcome ok() { return {}; }
  [[nodiscard]] static TaskOutcome skipped(std::string reason) { return {Kind::skipped, {}, std::move(reason)}; }
  [[nodiscard]] static TaskOutcome failed(Error error) { return {Kind::failed, std::move(error), {}}; }
  [[nodiscard]] static TaskOutcome out_of_memory(Error error) { return {Kind::out_of_memory, std::move(error), {}}; }
  /// ok, or failed with the error.
  [[nodiscard]] static TaskOutcome from(Result<void> result) {
    return result ? ok() : failed(std::move(result).error());
  }
};

/// Which try of the group this is, and what it may use.
struct Attempt {
  int number = 1; ///< 1, 2, …: grows with every retry of the group
  int jobs = 1;   ///< compile jobs (MAX_JOBS and friends); halved after a run out of memory

  bool operator==(const Attempt&) const = default;
};

/// How one attempt of a group, or the group as a whole, ended.
enum class GroupStatus {
  ok,
  failed,    ///< a task of it failed; kind `temporary` or `engine_unavailable` of the error: the retries are used up
  retrying,  ///< only of an attempt: another one follows
  cancelled, ///< stopped from outside
  not_run,   ///< never started, or not finished: something it needs failed, or fail-fast
};

/// "ok", "failed", "retrying", "cancelled", "not-run".
[[nodiscard]] std::string_view to_string(GroupStatus status);

/// Does the work. run() is called from several threads at once, for tasks of one group too where neither needs the
/// other; the hooks of one attempt come strictly before its first run() and after its last.
class TaskRunner {
public:
  virtual ~TaskRunner() = default;

  /// Does the task and returns how it went. `stop` is requested on Ctrl-C, when the time limit is reached, and when
  /// the group is going to be retried anyway: return soon then, with any outcome (`ok` still counts).
  [[nodiscard]] virtual TaskOutcome run(const Task& task, const Attempt& attempt, std::stop_token stop) = 0;

  /// An attempt of a group begins. Called on the scheduler's own thread, so only take notes here: whatever takes time
  /// belongs to the first task. Not called for groups of which no task starts.
  virtual void group_started(const Group& group, const Attempt& attempt) = 0;

  /// That attempt has ended: release what it holds. Called once for each group_started, on a worker thread; may take
  /// its time, the group counts as live until it returns.
  virtual void group_finished(const Group& group, const Attempt& attempt, GroupStatus status) = 0;
};

} // namespace wheelforge::schedule
