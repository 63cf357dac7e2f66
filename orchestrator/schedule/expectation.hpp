// How long tasks are expected to take, from the times of earlier runs.
#pragma once

#include "orchestrator/schedule/task.hpp"

#include <chrono>
#include <vector>

namespace wheelforge::schedule {

/// For each task how long it is expected to take: its recorded time, else the mean of its phase, else one second.
[[nodiscard]] std::vector<std::chrono::milliseconds> expected_durations(const TaskGraph& graph);

/// For each task how long it and the longest chain of tasks that wait for it are expected to take.
[[nodiscard]] std::vector<std::chrono::milliseconds> expected_until_end(const TaskGraph& graph);

} // namespace wheelforge::schedule
