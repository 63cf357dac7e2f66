// The printed names of statuses.
#include "orchestrator/schedule/scheduler.hpp"

namespace wheelforge::schedule {

std::string_view to_string(GroupStatus status) {
  switch (status) {
  case GroupStatus::ok:
    return "ok";
  case GroupStatus::failed:
    return "failed";
  case GroupStatus::retrying:
    return "retrying";
  case GroupStatus::cancelled:
    return "cancelled";
  case GroupStatus::not_run:
    return "not-run";
  }
  return "failed";
}

std::string_view to_string(TaskStatus status) {
  switch (status) {
  case TaskStatus::ok:
    return "ok";
  case TaskStatus::skipped:
    return "skipped";
  case TaskStatus::failed:
    return "failed";
  case TaskStatus::cancelled:
    return "cancelled";
  case TaskStatus::not_run:
    return "not-run";
  }
  return "failed";
}

} // namespace wheelforge::schedule
