// The journal: cut anywhere, changed anywhere, on a full disk.
#include "orchestrator/schedule/journal.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/memory_file_system.hpp"

using namespace wheelforge;
using namespace wheelforge::schedule;
using namespace std::chrono_literals;

namespace {

const host::FileSystem::Path kPath = "/checkout/.wheelforge/journal";

JournalRecord record(int number) {
  const std::string text = std::to_string(number);
  return {"key" + text, "cell" + text + "/build",          "run", "ok", "line\nend \"quoted\" " + text,
          number * 1ms, static_cast<std::uint64_t>(number)};
}

Journal opened(host::FileSystem& files) {
  auto journal = Journal::open(files, kPath);
  REQUIRE(journal);
  return *std::move(journal);
}

} // namespace

TEST_CASE("a record comes back as it was written") {
  const JournalReplay replayed = replay(encode(record(1)) + encode(record(2)));
  CHECK(replayed == JournalReplay{{record(1), record(2)}, 0, false});
  CHECK(encode(record(1)) ==
        "wfj1 127 " + encode(record(1)).substr(9, 16) +
            R"( {"key":"key1","task":"cell1/build","run":"run","status":"ok","result":"line\nend \"quoted\" 1",)"
            R"("duration_ms":1,"peak_memory":1})"
            "\n");
}

TEST_CASE("a journal cut at any byte gives the records that are whole, and goes on") {
  std::string bytes;
  std::vector<std::size_t> ends;
  for (int number = 0; number < 5; ++number) {
    bytes += encode(record(number));
    ends.push_back(bytes.size());
  }
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    host::MemoryFileSystem files;
    files.files[kPath] = bytes.substr(0, cut);
    Journal journal = opened(files);
    for (int number = 0; number < 5; ++number) {
      // The line end is no part of the record: a record that lacks only it is whole.
      const bool is_whole = ends[static_cast<std::size_t>(number)] <= cut + 1;
      REQUIRE(journal.find("key" + std::to_string(number)).has_value() == is_whole);
    }
    REQUIRE(journal.append(record(9)));
    const Journal again = opened(files);
    REQUIRE(again.find("key9") == record(9));
    REQUIRE(again.find("key0").has_value() == (ends[0] <= cut + 1));
  }
}

TEST_CASE("a changed byte costs the record that it stands in, or two where it was the line end") {
  const std::string whole = encode(record(0)) + encode(record(1)) + encode(record(2));
  for (std::size_t place = 0; place < whole.size(); ++place) {
    std::string bytes = whole;
    bytes[place] = static_cast<char>(bytes[place] ^ 1);
    const JournalReplay replayed = replay(bytes);
    REQUIRE(replayed.bad_lines >= 1);
    REQUIRE(replayed.records.size() >= (whole[place] == '\n' ? 1U : 2U));
    for (const JournalRecord& found : replayed.records) {
      REQUIRE((found == record(0) || found == record(1) || found == record(2)));
    }
  }
}

TEST_CASE("the latest record of a key counts, and one that is not ok takes it back") {
  host::MemoryFileSystem files;
  Journal journal = opened(files);
  JournalRecord changed = record(1);
  changed.duration = 5s;
  REQUIRE(journal.append(record(1)));
  REQUIRE(journal.append(changed));
  CHECK(journal.find("key1") == changed);
  CHECK(journal.last_duration("cell1/build") == 5s);
  changed.status = "failed";
  REQUIRE(journal.append(changed));
  CHECK_FALSE(journal.find("key1"));
  CHECK_FALSE(opened(files).find("key1"));
  CHECK(opened(files).last_duration("cell1/build") == 5s);
  CHECK_FALSE(journal.last_duration("cell2/build"));
  CHECK(files.syncs == 3);
}

TEST_CASE("a full disk is told as such and costs no earlier record, and later ones are good again") {
  for (std::uint64_t room = 0; room < encode(record(2)).size(); ++room) {
    host::MemoryFileSystem files;
    Journal journal = opened(files);
    REQUIRE(journal.append(record(1)));
    files.capacity_bytes = files.files[kPath].size() + room;
    const auto appended = journal.append(record(2));
    REQUIRE_FALSE(appended);
    REQUIRE(appended.error().kind == ErrorKind::disk_full);
    REQUIRE_FALSE(journal.find("key2"));
    files.capacity_bytes = 1U << 20U;
    REQUIRE(journal.append(record(3)));
    const Journal again = opened(files);
    REQUIRE(again.find("key1"));
    REQUIRE(again.find("key3"));
  }
}

TEST_CASE("a journal that is mostly out of date is replaced by a short one with the same answers") {
  host::MemoryFileSystem files;
  for (int count = 0; count < 400; ++count) {
    files.files[kPath] += encode(record(count % 3));
  }
  const std::size_t before = files.files[kPath].size();
  Journal journal = opened(files);
  CHECK(files.files[kPath].size() < before / 50);
  CHECK(journal.find("key2") == record(2));
  REQUIRE(journal.append(record(7)));
  CHECK(opened(files).find("key7") == record(7));
  CHECK(opened(files).find("key0") == record(0));
}

TEST_CASE("the journal is real on a real disk") {
  const auto files = host::make_file_system();
  auto folder = host::TempFolder::create(*files, std::filesystem::temp_directory_path(), "wheelforge-journal-");
  REQUIRE(folder);
  const auto path = folder->path() / "deep" / "journal";
  {
    auto journal = Journal::open(*files, path);
    REQUIRE(journal);
    REQUIRE(journal->append(record(1)));
  }
  std::filesystem::resize_file(path, std::filesystem::file_size(path) - 5);
  auto journal = Journal::open(*files, path);
  REQUIRE(journal);
  CHECK(journal->bad_lines() == 1);
  REQUIRE(journal->append(record(2)));
  CHECK(Journal::open(*files, path)->find("key2") == record(2));
}
