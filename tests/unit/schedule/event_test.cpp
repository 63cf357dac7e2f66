// The JSON lines of events.
#include "orchestrator/schedule/event.hpp"
#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

#include <fstream>

using namespace wheelforge::schedule;
using namespace std::chrono_literals;

TEST_CASE("an event becomes one line of JSON with the fields it has") {
  Event event;
  event.kind = EventKind::task_finished;
  event.sequence = 7;
  event.elapsed = 1234ms;
  event.time = std::chrono::system_clock::time_point(1795427999120ms);
  event.group = "cp312-manylinux_2_28_x86_64";
  event.task = "cp312-manylinux_2_28_x86_64/build";
  event.phase = "build";
  event.attempt = 2;
  event.status = "failed";
  event.text = "the compiler said \"no\"\n";
  event.duration = 0ms;
  CHECK(to_json_line(event) == R"({"v":1,"seq":7,"t":"2026-11-23T09:59:59.120Z","ms":1234,"ev":"task.finished",)"
                               R"("group":"cp312-manylinux_2_28_x86_64","task":"cp312-manylinux_2_28_x86_64/build",)"
                               R"("phase":"build","attempt":2,"status":"failed",)"
                               R"("text":"the compiler said \"no\"\n","duration_ms":0})");
}

TEST_CASE("an event's bytes that are not UTF-8 are replaced, not fatal") {
  Event event;
  event.text = "a\xff"
               "b";
  CHECK(to_json_line(event) == "{\"v\":1,\"seq\":0,\"t\":\"1970-01-01T00:00:00.000Z\",\"ms\":0,\"ev\":\"message\","
                               "\"text\":\"a\xef\xbf\xbd"
                               "b\"}");
}

TEST_CASE("a run's first event counts its groups even when there are none") {
  Event event;
  event.kind = EventKind::run_started;
  event.run = "r1";
  event.jobs = 2;
  CHECK(to_json_line(event) == R"({"v":1,"seq":0,"t":"1970-01-01T00:00:00.000Z","ms":0,"ev":"run.started","run":"r1",)"
                               R"("total_groups":0,"jobs":2})");
}

TEST_CASE("the events' schema knows every name and every field") {
  std::ifstream file(WF_SOURCE_DIR "/docs/schema/events.schema.json");
  const auto schema = nlohmann::json::parse(file);
  nlohmann::json names = nlohmann::json::array();
  for (int kind = 0; kind <= static_cast<int>(EventKind::message); ++kind) {
    names.push_back(to_string(static_cast<EventKind>(kind)));
  }
  CHECK(schema["properties"]["ev"]["enum"] == names);
  Event full;
  full.kind = EventKind::run_started;
  full.run = full.group = full.task = full.phase = full.status = full.text = full.log = "x";
  full.attempt = full.jobs = 1;
  full.duration = full.expected = full.wait = 1ms;
  const auto line = nlohmann::json::parse(to_json_line(full));
  CHECK(line.size() == schema["properties"].size());
  for (const auto& [field, value] : line.items()) {
    CHECK(schema["properties"].contains(field));
  }
}
