// What a run's events add up to: how many cells are done, what runs, what is left.
#pragma once

#include "orchestrator/schedule/event.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace wheelforge::progress {

using Elapsed = std::chrono::milliseconds; ///< since the run's start, as Event::elapsed

/// A cell, or a step that cells share, between its start and its end.
struct RunningCell {
  std::string id;
  Elapsed since{0}; ///< of its present attempt
  struct Step {
    std::string task;
    std::string phase;
    Elapsed since{0};
    bool operator==(const Step&) const = default;
  };
  std::vector<Step> steps;         ///< what runs of it now, oldest first; none: between two steps
  std::optional<Elapsed> retry_at; ///< it waits for its next attempt
  std::string retry_reason;

  bool operator==(const RunningCell&) const = default;
};

/// The state after some events; a plain value.
struct ProgressState {
  std::size_t total = 0;     ///< cells; shared steps are not counted
  std::size_t succeeded = 0; ///< of those
  std::size_t unchanged = 0; ///< of the succeeded: nothing of it had to run
  std::size_t failed = 0;
  std::size_t not_run = 0;          ///< or cancelled
  std::vector<RunningCell> running; ///< oldest first
  int jobs = 1;
  bool has_ended = false;

  std::map<std::string, Elapsed> expected; ///< of the cells and shared steps not ended, where there are recorded times
  Elapsed spent{0};                        ///< by the cells that ran and ended

  bool operator==(const ProgressState&) const = default;

  /// Takes one event in. Events must come in the order of their sequence.
  void apply(const schedule::Event& event);
  /// Cells that have ended.
  [[nodiscard]] std::size_t done() const { return succeeded + failed + not_run; }
};

/// How much longer the run should take: by the recorded times where there are some, else by the cells that ended so
/// far; nothing while neither is known.
[[nodiscard]] std::optional<Elapsed> expected_left(const ProgressState& state, Elapsed now);

} // namespace wheelforge::progress
