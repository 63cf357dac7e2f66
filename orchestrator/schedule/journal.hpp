// What is finished, kept through kill -9, power cuts and full disks: an append-only file with one checked record a
// line.
#pragma once

#include "orchestrator/base/error.hpp"
#include "orchestrator/host/file_system.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::schedule {

/// One step that came to its end.
struct JournalRecord {
  std::string key;    ///< what the result depends on (a step key); a later record of the same key replaces this one
  std::string task;   ///< the task's id, for people and for expected durations
  std::string run;    ///< the run in which it ended
  std::string status; ///< "ok": find() gives it; anything else takes an earlier "ok" back
  std::string result; ///< where the result is, in the owner's own words; may be empty
  std::chrono::milliseconds duration{0};
  std::uint64_t peak_memory_bytes = 0; ///< 0: not known

  bool operator==(const JournalRecord&) const = default;
};

/// A record as it stands in the file: "wfj1 SIZE CHECKSUM JSON\n", with the JSON's size in bytes and the first 16
/// hexadecimal digits of its SHA-256.
[[nodiscard]] std::string encode(const JournalRecord& record);

/// What the bytes of a journal file hold.
struct JournalReplay {
  std::vector<JournalRecord> records; ///< in the order of the file
  std::size_t bad_lines = 0;          ///< torn or changed lines, left out
  bool ends_mid_line = false;         ///< the last byte is no line end: the next record has to begin with one

  bool operator==(const JournalReplay&) const = default;
};

/// Reads a journal's bytes, whatever they are: a line that is not whole is counted and left out, those after it are
/// read, because each record says all by itself.
[[nodiscard]] JournalReplay replay(std::string_view bytes);

/// The journal of one checkout. append() may be called from several threads at once; of several processes only one may
/// hold it open (host::FileSystem::try_lock).
class Journal {
public:
  /// Reads the file, if there is one, and opens it for more. A file of which most lines are out of date is first
  /// replaced by one that holds the latest record of each key. The file system must outlive the journal.
  [[nodiscard]] static Result<Journal> open(host::FileSystem& files, const host::FileSystem::Path& path);

  /// The same without a way to append, and without touching the file: for who does not hold the checkout's lock.
  [[nodiscard]] static Result<Journal> read_only(const host::FileSystem& files, const host::FileSystem::Path& path);

  /// The latest record of that key, if its status is "ok".
  [[nodiscard]] std::optional<JournalRecord> find(std::string_view key) const;
  /// The latest record of that key, however it ended.
  [[nodiscard]] std::optional<JournalRecord> latest(std::string_view key) const;
  /// The keys that begin so and whose latest record's status is "ok", sorted.
  [[nodiscard]] std::vector<std::string> keys(std::string_view prefix) const;
  /// How long the task of that id took when it last ended well.
  [[nodiscard]] std::optional<std::chrono::milliseconds> last_duration(std::string_view task) const;
  /// The most memory that the task of that id used when it last ended well, where that is known.
  [[nodiscard]] std::optional<std::uint64_t> last_peak_memory(std::string_view task) const;
  /// How many lines open() left out because they were torn or changed.
  [[nodiscard]] std::size_t bad_lines() const { return bad_lines_; }

  /// Returns once the record would survive a power cut. Fails with disk_full, or as the disk does; the records before
  /// stay good, and a later append() is good again once there is room.
  [[nodiscard]] Result<void> append(const JournalRecord& record);

private:
  Journal() = default;
  void take_in(JournalRecord record);

  std::unique_ptr<std::mutex> mutex_ = std::make_unique<std::mutex>();
  std::unique_ptr<host::FileWriter> writer_;
  std::map<std::string, JournalRecord, std::less<>> latest_; ///< by key
  std::map<std::string, std::chrono::milliseconds, std::less<>> durations_;
  std::map<std::string, std::uint64_t, std::less<>> peaks_;
  std::size_t bad_lines_ = 0;
  bool is_mid_line_ = false; ///< the file may end in a torn record
};

} // namespace wheelforge::schedule
