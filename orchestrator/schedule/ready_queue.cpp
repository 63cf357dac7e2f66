// The order of ready tasks and the accounts of slots, bytes and live groups.
#include "orchestrator/schedule/ready_queue.hpp"

#include "orchestrator/schedule/expectation.hpp"
#include "orchestrator/schedule/scheduler.hpp"

#include <algorithm>

namespace wheelforge::schedule {

namespace {

using std::chrono::milliseconds;

constexpr int kMaxOvertaken = 16;         ///< how many tasks may pass one that waits for bytes
constexpr std::size_t kMaxLookAhead = 64; ///< how many candidates are looked at to fill one slot

} // namespace

ReadyQueue::ReadyQueue(const TaskGraph& graph, const SchedulerOptions& options)
    : graph_(&graph), until_end_(expected_until_end(graph)), group_until_end_(graph.groups().size()),
      waiting_(graph.tasks().size()) {
  WF_CHECK(options.jobs >= 1);
  for (TaskIndex task = 0; task < until_end_.size(); ++task) {
    milliseconds& longest = group_until_end_[graph.links()[task].group];
    longest = std::max(longest, until_end_[task]);
  }
  classes_[static_cast<std::size_t>(TaskClass::heavy)].free_slots = options.jobs;
  classes_[static_cast<std::size_t>(TaskClass::light)].free_slots =
      options.light_slots > 0 ? options.light_slots : options.jobs + 1;
  free_places_ = options.max_live_groups > 0 ? options.max_live_groups : options.jobs + 1;
  memory_.limit = options.memory_bytes;
  disk_.limit = options.disk_bytes;
}

ReadyQueue::Key ReadyQueue::key_of(TaskIndex task, Standing standing) const {
  const TaskLinks& links = graph_->links()[task];
  if (standing == Standing::live) {
    return {-static_cast<int>(links.depth), -until_end_[task].count(), 0, task};
  }
  return {standing == Standing::retried ? 0 : 1, -group_until_end_[links.group].count(),
          static_cast<std::int64_t>(links.group), task};
}

ReadyQueue::ByClass& ReadyQueue::class_of(TaskIndex task) {
  return classes_[static_cast<std::size_t>(graph_->tasks()[task].task_class)];
}

void ReadyQueue::add(TaskIndex task, Standing standing) {
  Waiting& entry = waiting_[task];
  WF_CHECK(entry.where == nullptr);
  ByClass& queue = class_of(task);
  const bool is_shared = graph_->groups()[graph_->links()[task].group].is_shared;
  entry.where = is_shared ? &queue.shared : standing == Standing::live ? &queue.live : &queue.fresh;
  entry.key = key_of(task, is_shared && standing == Standing::live ? Standing::retried : standing);
  entry.where->insert(entry.key);
}

void ReadyQueue::remove(TaskIndex task) {
  Waiting& entry = waiting_[task];
  if (entry.where != nullptr) {
    entry.where->erase(entry.key);
    entry.where = nullptr;
    entry.overtaken = 0;
  }
  if (reserved_ == task) {
    reserved_.reset();
  }
}

bool ReadyQueue::fits(TaskIndex task) const {
  const Task& wanted = graph_->tasks()[task];
  return memory_.fits(wanted.memory_bytes) && disk_.fits(wanted.disk_bytes);
}

bool ReadyQueue::takes_bytes(TaskIndex task) const {
  const Task& wanted = graph_->tasks()[task];
  return (memory_.limit > 0 && wanted.memory_bytes > 0) || (disk_.limit > 0 && wanted.disk_bytes > 0);
}

bool ReadyQueue::opens_group(TaskIndex task) const {
  const ByClass& queue = classes_[static_cast<std::size_t>(graph_->tasks()[task].task_class)];
  return waiting_[task].where == &queue.fresh;
}

/// Whether bytes are kept for a task. Not while it waits for a place among the live groups: those need bytes to end.
bool ReadyQueue::keeps_bytes() const { return reserved_ && (free_places_ > 0 || !opens_group(*reserved_)); }

/// Whether a reservation forbids the task: it would take bytes that are kept, or the last place among the live groups.
bool ReadyQueue::is_held_back(TaskIndex task) const {
  return keeps_bytes() && *reserved_ != task && (takes_bytes(task) || (opens_group(task) && opens_group(*reserved_)));
}

std::optional<TaskIndex> ReadyQueue::best_of(ByClass& queue) {
  if (keeps_bytes() && &class_of(*reserved_) == &queue && fits(*reserved_)) {
    return reserved_;
  }
  std::vector<TaskIndex> blocked;
  std::size_t looked_at = 0;
  const auto may_start = [&](TaskIndex task) {
    ++looked_at;
    if (is_held_back(task)) {
      return false;
    }
    if (fits(task)) {
      note_overtaking(blocked, task);
      return true;
    }
    blocked.push_back(task);
    return false;
  };
  for (auto next = queue.live.begin(); next != queue.live.end() && looked_at < kMaxLookAhead; ++next) {
    if (may_start(std::get<TaskIndex>(*next))) {
      return std::get<TaskIndex>(*next);
    }
  }
  auto fresh = free_places_ > 0 ? queue.fresh.begin() : queue.fresh.end();
  auto shared = queue.shared.begin();
  while (looked_at < kMaxLookAhead && (fresh != queue.fresh.end() || shared != queue.shared.end())) {
    const bool take_shared = fresh == queue.fresh.end() || (shared != queue.shared.end() && *shared < *fresh);
    const TaskIndex task = std::get<TaskIndex>(take_shared ? *shared++ : *fresh++);
    if (may_start(task)) {
      return task;
    }
  }
  return std::nullopt;
}

void ReadyQueue::note_overtaking(const std::vector<TaskIndex>& blocked, TaskIndex chosen) {
  if (!takes_bytes(chosen)) {
    return;
  }
  for (const TaskIndex task : blocked) {
    if (++waiting_[task].overtaken >= kMaxOvertaken && !reserved_) {
      reserved_ = task;
    }
  }
}

std::optional<TaskIndex> ReadyQueue::pick() {
  for (ByClass& queue : classes_) {
    if (queue.free_slots == 0) {
      continue;
    }
    if (const auto task = best_of(queue)) {
      const Task& chosen = graph_->tasks()[*task];
      remove(*task);
      --queue.free_slots;
      memory_.used += chosen.memory_bytes;
      disk_.used += chosen.disk_bytes;
      return task;
    }
  }
  return std::nullopt;
}

void ReadyQueue::release(TaskIndex task) {
  const Task& ended = graph_->tasks()[task];
  ++class_of(task).free_slots;
  memory_.used -= ended.memory_bytes;
  disk_.used -= ended.disk_bytes;
}

void ReadyQueue::open(GroupIndex group) {
  const Group& opened = graph_->groups()[group];
  if (opened.is_shared) {
    return;
  }
  WF_CHECK(free_places_ > 0);
  --free_places_;
  for (const TaskIndex task : opened.tasks) {
    if (waiting_[task].where != nullptr) {
      const bool was_reserved = reserved_ == task;
      const int overtaken = waiting_[task].overtaken;
      remove(task);
      add(task, Standing::live);
      waiting_[task].overtaken = overtaken;
      reserved_ = was_reserved ? std::optional(task) : reserved_;
    }
  }
}

void ReadyQueue::close(GroupIndex group) {
  if (!graph_->groups()[group].is_shared) {
    ++free_places_;
  }
}

} // namespace wheelforge::schedule
