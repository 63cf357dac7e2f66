// The journal's format, its replay and its upkeep.
#include "orchestrator/schedule/journal.hpp"

#include "orchestrator/base/sha256.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>

namespace wheelforge::schedule {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kMark = "wfj1 ";
constexpr std::size_t kChecksumDigits = 16;
constexpr std::size_t kWorthCompacting = 256; ///< lines out of date

std::string checksum(std::string_view text) { return sha256(text).hex().substr(0, kChecksumDigits); }

/// The JSON of a line, if its size and checksum are right.
std::optional<std::string_view> checked_text(std::string_view line) {
  if (!line.starts_with(kMark)) {
    return std::nullopt;
  }
  line.remove_prefix(kMark.size());
  std::size_t size = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), size);
  if (error != std::errc()) {
    return std::nullopt;
  }
  line.remove_prefix(static_cast<std::size_t>(end - line.data()));
  constexpr std::size_t kBeforeText = 1 + kChecksumDigits + 1;
  if (line.size() < kBeforeText || line.size() - kBeforeText != size || line.front() != ' ' ||
      line[kBeforeText - 1] != ' ') {
    return std::nullopt;
  }
  const std::string_view text = line.substr(kBeforeText);
  return checksum(text) == line.substr(1, kChecksumDigits) ? std::optional(text) : std::nullopt;
}

std::string text_field(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::uint64_t number_field(const Json& json, const char* name) {
  const auto found = json.find(name);
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  return found != json.end() && found->is_number_unsigned() ? std::min(kMost, found->get<std::uint64_t>()) : 0;
}

std::optional<JournalRecord> decode(std::string_view line) {
  const auto text = checked_text(line);
  if (!text) {
    return std::nullopt;
  }
  const Json json = Json::parse(*text, nullptr, false);
  if (!json.is_object()) {
    return std::nullopt;
  }
  JournalRecord record;
  record.key = text_field(json, "key");
  record.task = text_field(json, "task");
  record.run = text_field(json, "run");
  record.status = text_field(json, "status");
  record.result = text_field(json, "result");
  record.duration = std::chrono::milliseconds(number_field(json, "duration_ms"));
  record.peak_memory_bytes = number_field(json, "peak_memory");
  return record;
}

} // namespace

std::string encode(const JournalRecord& record) {
  Json json;
  json["key"] = record.key;
  json["task"] = record.task;
  json["run"] = record.run;
  json["status"] = record.status;
  json["result"] = record.result;
  json["duration_ms"] = static_cast<std::uint64_t>(std::max<std::int64_t>(0, record.duration.count()));
  json["peak_memory"] = record.peak_memory_bytes;
  const std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  return fmt::format("{}{} {} {}\n", kMark, text.size(), checksum(text), text);
}

JournalReplay replay(std::string_view bytes) {
  JournalReplay replay;
  replay.ends_mid_line = !bytes.empty() && bytes.back() != '\n';
  while (!bytes.empty()) {
    const std::size_t end = std::min(bytes.find('\n'), bytes.size());
    const std::string_view line = bytes.substr(0, end);
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
    if (line.empty()) {
      continue; // left by a record that began after a torn one
    }
    if (auto record = decode(line)) {
      replay.records.push_back(*std::move(record));
    } else {
      ++replay.bad_lines;
    }
  }
  return replay;
}

Result<Journal> Journal::open(host::FileSystem& files, const host::FileSystem::Path& path) {
  Journal journal;
  if (files.exists(path)) {
    WF_TRY_CONTEXT(const std::string bytes, files.read(path), "journal");
    JournalReplay replayed = replay(bytes);
    journal.bad_lines_ = replayed.bad_lines;
    journal.is_mid_line_ = replayed.ends_mid_line;
    const std::size_t lines = replayed.records.size() + replayed.bad_lines;
    for (JournalRecord& record : replayed.records) {
      journal.take_in(std::move(record));
    }
    if (lines > journal.latest_.size() * 2 + kWorthCompacting) {
      std::string compacted;
      for (const auto& [key, record] : journal.latest_) {
        compacted += encode(record);
      }
      if (files.write_atomically(path, compacted)) { // else the old file is as good, only longer
        journal.is_mid_line_ = false;
      }
    }
  }
  WF_TRY_CONTEXT(journal.writer_, files.open_writer(path, host::OpenMode::append), "journal");
  return journal;
}

Result<Journal> Journal::read_only(const host::FileSystem& files, const host::FileSystem::Path& path) {
  Journal journal;
  if (files.exists(path)) {
    WF_TRY_CONTEXT(const std::string bytes, files.read(path), "journal");
    JournalReplay replayed = replay(bytes);
    journal.bad_lines_ = replayed.bad_lines;
    for (JournalRecord& record : replayed.records) {
      journal.take_in(std::move(record));
    }
  }
  return journal;
}

void Journal::take_in(JournalRecord record) {
  if (record.status == "ok") {
    durations_[record.task] = record.duration;
    if (record.peak_memory_bytes > 0) {
      peaks_[record.task] = record.peak_memory_bytes;
    }
  }
  std::string key = record.key;
  latest_.insert_or_assign(std::move(key), std::move(record));
}

std::optional<JournalRecord> Journal::find(std::string_view key) const {
  const std::lock_guard lock(*mutex_);
  const auto found = latest_.find(key);
  return found != latest_.end() && found->second.status == "ok" ? std::optional(found->second) : std::nullopt;
}

std::optional<JournalRecord> Journal::latest(std::string_view key) const {
  const std::lock_guard lock(*mutex_);
  const auto found = latest_.find(key);
  return found != latest_.end() ? std::optional(found->second) : std::nullopt;
}

std::vector<std::string> Journal::keys(std::string_view prefix) const {
  const std::lock_guard lock(*mutex_);
  std::vector<std::string> keys;
  for (auto next = latest_.lower_bound(prefix); next != latest_.end() && next->first.starts_with(prefix); ++next) {
    if (next->second.status == "ok") {
      keys.push_back(next->first);
    }
  }
  return keys;
}

std::optional<std::uint64_t> Journal::last_peak_memory(std::string_view task) const {
  const std::lock_guard lock(*mutex_);
  const auto found = peaks_.find(task);
  return found != peaks_.end() ? std::optional(found->second) : std::nullopt;
}

std::optional<std::chrono::milliseconds> Journal::last_duration(std::string_view task) const {
  const std::lock_guard lock(*mutex_);
  const auto found = durations_.find(task);
  return found != durations_.end() ? std::optional(found->second) : std::nullopt;
}

Result<void> Journal::append(const JournalRecord& record) {
  const std::lock_guard lock(*mutex_);
  if (!writer_) {
    return fail("journal: it was opened for reading only");
  }
  const std::string line = (is_mid_line_ ? "\n" : "") + encode(record);
  is_mid_line_ = true; // until the whole line is known to be there
  if (auto written = writer_->write(line); !written) {
    return tl::unexpected(with_context(std::move(written).error(), "journal"));
  }
  is_mid_line_ = false;
  if (auto synced = writer_->sync(); !synced) {
    return tl::unexpected(with_context(std::move(synced).error(), "journal"));
  }
  take_in(record);
  return {};
}

} // namespace wheelforge::schedule
