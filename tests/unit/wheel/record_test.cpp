// RECORD: CSV there and back, what is refused.
#include "orchestrator/wheel/record.hpp"
#include "tests/support/catch.hpp"

using namespace wheelforge;
using namespace wheelforge::wheel;

TEST_CASE("RECORD lines are path, hash and size") {
  const auto record = parse_record("a/b.so,sha256=abc_-,12\r\na-1.dist-info/RECORD,,\n");
  REQUIRE(record);
  REQUIRE(record->entries.size() == 2);
  CHECK(record->entries[0] == RecordEntry{"a/b.so", "sha256", "abc_-", 12});
  CHECK(record->entries[1] == RecordEntry{"a-1.dist-info/RECORD", "", "", std::nullopt});
  CHECK_FALSE(record->has_blank_line);
}

TEST_CASE("quoted paths survive a round trip") {
  for (const char* path : {"plain", "with,comma", "with \"quote\"", "with\nnewline"}) {
    const RecordEntry entry{path, "sha256", "x", 1};
    const auto record = parse_record(to_string(entry));
    REQUIRE(record);
    CHECK(record->entries == std::vector<RecordEntry>{entry});
  }
}

TEST_CASE("a quoted digest survives a round trip") {
  const auto record = parse_record("a,\"W=p,\"\"q\",\n");
  REQUIRE(record);
  CHECK(record->entries == std::vector<RecordEntry>{{"a", "W", "p,\"q", std::nullopt}});
  const auto again = parse_record(to_string(record->entries[0]));
  REQUIRE(again);
  CHECK(again->entries == record->entries);
}

TEST_CASE("a blank line is remembered, a broken one refused with its number") {
  CHECK(parse_record("a,,\n\nb,,\n")->has_blank_line);
  for (const char* text : {"a,,\nb,hash,1\n", "a,,\nb,,x\n", "a,,\nb,,1,2\n", "a,,\n,,\n", "a,,\n\"b,,\n"}) {
    INFO(text);
    const auto record = parse_record(text);
    REQUIRE_FALSE(record);
    CHECK(record.error().message.find("line 2") != std::string::npos);
  }
}

TEST_CASE("of two entries of one path the last counts") {
  const auto record = parse_record("a,,1\na,,2\n");
  REQUIRE(record);
  CHECK(record->find("a")->size == 2);
  CHECK(record->find("b") == nullptr);
}
