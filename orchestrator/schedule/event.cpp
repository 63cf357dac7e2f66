// Event names and their JSON form.
#include "orchestrator/schedule/event.hpp"

#include <fmt/chrono.h>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace wheelforge::schedule {

namespace {

using Json = nlohmann::ordered_json;

/// RFC 3339 in UTC with milliseconds.
std::string rfc3339(std::chrono::system_clock::time_point time) {
  const auto milliseconds = std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch());
  const auto seconds = std::chrono::floor<std::chrono::seconds>(milliseconds);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(static_cast<std::time_t>(seconds.count())),
                     (milliseconds - seconds).count());
}

void put(Json& json, const char* key, const std::string& text) {
  if (!text.empty()) {
    json[key] = text;
  }
}

void put(Json& json, const char* key, const std::optional<std::chrono::milliseconds>& duration) {
  if (duration) {
    json[key] = duration->count();
  }
}

} // namespace

std::string_view to_string(EventKind kind) {
  switch (kind) {
  case EventKind::run_started:
    return "run.started";
  case EventKind::run_finished:
    return "run.finished";
  case EventKind::group_queued:
    return "group.queued";
  case EventKind::group_started:
    return "group.started";
  case EventKind::group_finished:
    return "group.finished";
  case EventKind::task_queued:
    return "task.queued";
  case EventKind::task_started:
    return "task.started";
  case EventKind::task_finished:
    return "task.finished";
  case EventKind::task_retrying:
    return "task.retrying";
  case EventKind::log_written:
    return "log";
  case EventKind::message:
    return "message";
  }
  return "message";
}

std::string to_json_line(const Event& event) {
  Json json;
  json["v"] = 1;
  json["seq"] = event.sequence;
  json["t"] = rfc3339(event.time);
  json["ms"] = event.elapsed.count();
  json["ev"] = to_string(event.kind);
  put(json, "run", event.run);
  put(json, "group", event.group);
  put(json, "task", event.task);
  put(json, "phase", event.phase);
  if (event.attempt > 0) {
    json["attempt"] = event.attempt;
  }
  put(json, "status", event.status);
  put(json, "text", event.text);
  put(json, "log", event.log);
  put(json, "duration_ms", event.duration);
  put(json, "expected_ms", event.expected);
  put(json, "wait_ms", event.wait);
  if (event.kind == EventKind::run_started) {
    json["total_groups"] = event.total_groups;
  }
  if (event.jobs > 0) {
    json["jobs"] = event.jobs;
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

} // namespace wheelforge::schedule
