// The CSV of RECORD, there and back.
#include "orchestrator/wheel/record.hpp"

#include <algorithm>
#include <charconv>

namespace wheelforge::wheel {
namespace {

/// Splits CSV text into rows of fields.
class CsvCursor {
public:
  explicit CsvCursor(std::string_view text) : text_(text) {}

  [[nodiscard]] bool at_end() const { return position_ >= text_.size(); }
  [[nodiscard]] std::size_t line() const { return line_; }

  /// The next row; an empty line is a row without fields.
  Result<std::vector<std::string>> row() {
    std::vector<std::string> fields;
    ++line_;
    if (end_of_row()) {
      return fields;
    }
    for (;;) {
      WF_TRY(std::string value, field());
      fields.push_back(std::move(value));
      if (fields.size() > 8) {
        return fail(ErrorKind::invalid_data, "line {} has more than 8 fields, wanted path,hash,size", line_);
      }
      if (at_end() || end_of_row()) {
        return fields;
      }
      ++position_; // the comma
    }
  }

private:
  /// Steps over LF, CRLF or CR; false where another character stands here.
  bool end_of_row() {
    const char c = text_[position_];
    if (c != '\n' && c != '\r') {
      return false;
    }
    ++position_;
    if (c == '\r' && position_ < text_.size() && text_[position_] == '\n') {
      ++position_;
    }
    return true;
  }

  Result<std::string> field() {
    if (at_end() || text_[position_] != '"') {
      const std::size_t end = std::min(text_.find_first_of(",\r\n", position_), text_.size());
      std::string value(text_.substr(position_, end - position_));
      position_ = end;
      return value;
    }
    return quoted();
  }

  Result<std::string> quoted() {
    std::string value;
    const std::size_t begin_line = line_;
    for (++position_; !at_end(); ++position_) {
      const char c = text_[position_];
      if (c == '"') {
        if (position_ + 1 < text_.size() && text_[position_ + 1] == '"') {
          ++position_;
        } else {
          ++position_;
          return tail(std::move(value));
        }
      } else if (c == '\n') {
        ++line_;
      }
      value += c;
    }
    return fail(ErrorKind::invalid_data, "the quote of line {} is never closed", begin_line);
  }

  /// What follows a closing quote up to the comma belongs to the field, as the csv module has it.
  Result<std::string> tail(std::string value) {
    const std::size_t end = std::min(text_.find_first_of(",\r\n", position_), text_.size());
    value += text_.substr(position_, end - position_);
    position_ = end;
    return value;
  }

  std::string_view text_;
  std::size_t position_ = 0;
  std::size_t line_ = 0;
};

Result<RecordEntry> entry_of(const std::vector<std::string>& fields, std::size_t line) {
  if (fields.size() > 3 || fields[0].empty()) {
    return fail(ErrorKind::invalid_data, "line {} has {} fields and the path '{}', wanted path,hash,size", line,
                fields.size(), fields[0]);
  }
  RecordEntry entry{fields[0], {}, {}, std::nullopt};
  if (fields.size() > 1 && !fields[1].empty()) {
    const std::size_t equals = fields[1].find('=');
    if (equals == std::string::npos || equals == 0) {
      return fail(ErrorKind::invalid_data, "line {}: '{}' is not of the form algorithm=digest", line, fields[1]);
    }
    entry.algorithm = fields[1].substr(0, equals);
    entry.digest = fields[1].substr(equals + 1);
  }
  if (fields.size() > 2 && !fields[2].empty()) {
    const std::string& text = fields[2];
    std::uint64_t size = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
    if (error != std::errc() || end != text.data() + text.size()) {
      return fail(ErrorKind::invalid_data, "line {}: size '{}' is not a number", line, text);
    }
    entry.size = size;
  }
  return entry;
}

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    return std::string(text);
  }
  std::string quoted = "\"";
  for (const char c : text) {
    quoted += c;
    if (c == '"') {
      quoted += c;
    }
  }
  return quoted + '"';
}

} // namespace

const RecordEntry* Record::find(std::string_view path) const {
  const auto found =
      std::find_if(entries.rbegin(), entries.rend(), [&](const RecordEntry& entry) { return entry.path == path; });
  return found == entries.rend() ? nullptr : &*found;
}

Result<Record> parse_record(std::string_view text) {
  Record record;
  for (CsvCursor cursor(text); !cursor.at_end();) {
    WF_TRY(const auto fields, cursor.row());
    if (fields.empty()) {
      record.has_blank_line = true;
      continue;
    }
    WF_TRY(RecordEntry entry, entry_of(fields, cursor.line()));
    record.entries.push_back(std::move(entry));
  }
  return record;
}

std::vector<std::string> record_paths(std::string_view text) {
  std::vector<std::string> paths;
  for (CsvCursor cursor(text); !cursor.at_end();) {
    auto fields = cursor.row();
    if (!fields) {
      break;
    }
    paths.push_back(fields->empty() ? std::string() : std::move(fields->front()));
  }
  return paths;
}

std::string to_string(const RecordEntry& entry) {
  std::string row = csv_field(entry.path) + ',';
  if (!entry.algorithm.empty()) {
    row += csv_field(fmt::format("{}={}", entry.algorithm, entry.digest));
  }
  row += ',';
  if (entry.size) {
    row += std::to_string(*entry.size);
  }
  return row + '\n';
}

} // namespace wheelforge::wheel
