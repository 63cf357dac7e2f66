// Journals as they may be found on disk: replay never fails, and what it reads it would write again.
#include "orchestrator/schedule/journal.hpp"

#include <cstddef>
#include <cstdint>

using namespace wheelforge::schedule;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const JournalReplay replayed = replay(bytes);
  std::string again;
  for (const JournalRecord& record : replayed.records) {
    again += encode(record);
  }
  WF_CHECK(replay(again) == (JournalReplay{replayed.records, 0, false}));
  // The bytes as a record's text: they come back whatever they are, where they are UTF-8.
  JournalRecord record;
  record.result = bytes;
  const JournalReplay one = replay(encode(record) + std::string(bytes.substr(0, size / 2)));
  WF_CHECK(!one.records.empty() && one.records.front().key == record.key);
  return 0;
}
