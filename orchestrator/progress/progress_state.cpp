// Folds events into a state, and a state into an estimate.
#include "orchestrator/progress/progress_state.hpp"

#include <algorithm>

namespace wheelforge::progress {

using schedule::Event;
using schedule::EventKind;

namespace {

bool is_shared(const Event& event) { return event.task == event.group; }

RunningCell* find_cell(ProgressState& state, const std::string& id) {
  const auto found =
      std::find_if(state.running.begin(), state.running.end(), [&](const RunningCell& cell) { return cell.id == id; });
  return found == state.running.end() ? nullptr : &*found;
}

void start_cell(ProgressState& state, const Event& event) {
  RunningCell* cell = find_cell(state, event.group);
  if (cell == nullptr) {
    state.running.push_back({event.group, event.elapsed, {}, {}, {}});
    return;
  }
  *cell = {event.group, event.elapsed, {}, {}, {}}; // another attempt
}

void end_cell(ProgressState& state, const Event& event) {
  std::erase_if(state.running, [&](const RunningCell& cell) { return cell.id == event.group; });
  state.expected.erase(event.group);
  if (is_shared(event)) {
    return;
  }
  if (event.status == "ok") {
    ++state.succeeded;
  } else if (event.status == "failed") {
    ++state.failed;
  } else {
    ++state.not_run;
  }
  if (event.attempt > 0) {
    state.spent += event.duration.value_or(Elapsed(0));
  } else if (event.status == "ok") {
    ++state.unchanged;
  }
}

} // namespace

void ProgressState::apply(const Event& event) {
  switch (event.kind) {
  case EventKind::run_started:
    jobs = std::max(1, event.jobs);
    break;
  case EventKind::run_finished:
    has_ended = true;
    break;
  case EventKind::group_queued:
    total += is_shared(event) ? 0 : 1;
    if (event.expected) {
      expected[event.group] = *event.expected;
    }
    break;
  case EventKind::group_started:
    start_cell(*this, event);
    break;
  case EventKind::group_finished:
    end_cell(*this, event);
    break;
  case EventKind::task_started:
    if (RunningCell* cell = find_cell(*this, event.group)) {
      cell->steps.push_back({event.task, event.phase, event.elapsed});
    }
    break;
  case EventKind::task_finished:
    if (RunningCell* cell = find_cell(*this, event.group)) {
      std::erase_if(cell->steps, [&](const RunningCell::Step& step) { return step.task == event.task; });
    }
    break;
  case EventKind::task_retrying:
    if (RunningCell* cell = find_cell(*this, event.group)) {
      cell->retry_at = event.elapsed + event.wait.value_or(Elapsed(0));
      cell->retry_reason = event.text;
    }
    break;
  case EventKind::task_queued:
  case EventKind::log_written:
  case EventKind::message:
    break;
  }
}

std::optional<Elapsed> expected_left(const ProgressState& state, Elapsed now) {
  const std::size_t ran = state.done() - state.unchanged - std::min(state.not_run, state.done() - state.unchanged);
  const std::size_t left = state.total - std::min(state.total, state.done());
  if (state.has_ended || (left == 0 && state.running.empty())) {
    return Elapsed(0);
  }
  const bool has_history = !state.expected.empty();
  if (!has_history && ran == 0) {
    return std::nullopt;
  }
  const Elapsed usual = ran == 0 ? Elapsed(0) : state.spent / static_cast<std::int64_t>(ran);
  const auto expected_of = [&](const std::string& id) {
    const auto found = state.expected.find(id);
    return found == state.expected.end() ? usual : found->second;
  };
  Elapsed work = has_history ? Elapsed(0) : usual * static_cast<std::int64_t>(left);
  for (const auto& [id, duration] : state.expected) {
    work += duration;
  }
  Elapsed longest{0}; // what runs cannot be divided among the jobs
  for (const RunningCell& cell : state.running) {
    const Elapsed whole = expected_of(cell.id);
    const Elapsed passed = std::min(whole, now - cell.since);
    work -= std::min(work, passed);
    longest = std::max(longest, whole - passed);
  }
  return std::max(longest, work / state.jobs);
}

} // namespace wheelforge::progress
