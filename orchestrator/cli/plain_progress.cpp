// One line an event that a person wants to see.
#include "orchestrator/cli/plain_progress.hpp"

#include <fmt/core.h>

#include <cstdio>

namespace wheelforge::cli {
namespace {

double seconds(std::chrono::milliseconds duration) { return static_cast<double>(duration.count()) / 1000.0; }

} // namespace

void PlainProgress::operator()(const schedule::Event& event) {
  using schedule::EventKind;
  const std::string name = event.group.empty() ? event.task : event.group;
  switch (event.kind) {
  case EventKind::run_started:
    total_groups_ = event.total_groups;
    break;
  case EventKind::task_finished:
    if (event.duration && event.status != "not-run" && event.status != "skipped") {
      fmt::print(stderr, "{:7.1f} s  {}  {}  {} ({:.1f} s){}\n", seconds(event.elapsed), name, event.phase,
                 event.status, seconds(*event.duration), event.text.empty() ? "" : ": " + event.text);
    }
    break;
  case EventKind::task_retrying:
    fmt::print(stderr, "{:7.1f} s  {}  {}  trying again in {:.1f} s: {}\n", seconds(event.elapsed), name, event.phase,
               seconds(event.wait.value_or(std::chrono::milliseconds(0))), event.text);
    break;
  case EventKind::group_finished:
    ++finished_groups_;
    fmt::print(stderr, "{:7.1f} s  [{}/{}] {}  {}\n", seconds(event.elapsed), finished_groups_, total_groups_, name,
               event.status);
    break;
  case EventKind::message:
    fmt::print(stderr, "{:7.1f} s  {}\n", seconds(event.elapsed), event.text);
    break;
  default:
    break;
  }
}

} // namespace wheelforge::cli
