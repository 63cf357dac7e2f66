// Splits output into lines, puts the time and the step before each, and remembers the last ones.
#include "orchestrator/pipeline/cell_log.hpp"

#include "orchestrator/pipeline/utc_time.hpp"

#include <algorithm>
#include <utility>

namespace wheelforge::pipeline {

Result<std::unique_ptr<CellLog>> CellLog::open(host::FileSystem& files, const host::Clock& clock,
                                               std::filesystem::path path) {
  WF_TRY(auto writer, files.open_writer(path, host::OpenMode::append));
  return std::unique_ptr<CellLog>(new CellLog(clock, std::move(path), std::move(writer)));
}

CellLog::CellLog(const host::Clock& clock, std::filesystem::path path, std::unique_ptr<host::FileWriter> writer)
    : clock_(clock), path_(std::move(path)), writer_(std::move(writer)) {}

void CellLog::note(const std::string& step, std::string_view line) {
  const std::scoped_lock lock(mutex_);
  write_line(step, line);
}

host::OutputSink CellLog::sink(std::string step) {
  return [this, step = std::move(step)](host::Stream, std::string_view bytes) { take(step, bytes); };
}

void CellLog::take(const std::string& step, std::string_view bytes) {
  const std::scoped_lock lock(mutex_);
  StepText& text = steps_[step];
  for (std::size_t end = 0; (end = bytes.find('\n')) != std::string_view::npos; bytes.remove_prefix(end + 1)) {
    const std::string line = std::exchange(text.unfinished, {}) + std::string(bytes.substr(0, end));
    write_line(step, line);
  }
  text.unfinished += bytes;
}

void CellLog::end_step(const std::string& step) {
  const std::scoped_lock lock(mutex_);
  if (const std::string last = std::exchange(steps_[step].unfinished, {}); !last.empty()) {
    write_line(step, last);
  }
  steps_[step].ended = true;
}

std::vector<std::string> CellLog::tail(const std::string& step) const {
  const std::scoped_lock lock(mutex_);
  const auto text = steps_.find(step);
  if (text == steps_.end()) {
    return {};
  }
  return {text->second.tail.begin(), text->second.tail.end()};
}

std::string CellLog::lines_of(const host::FileSystem& files, const std::vector<std::string>& steps) const {
  constexpr std::size_t kMost = 256U << 10U;
  const auto text = files.read(path_);
  std::string lines;
  for (std::string_view rest = text ? std::string_view(*text) : std::string_view(); !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size() - 1) + 1;
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end);
    const std::size_t open = line.find(" [");
    const std::size_t close = line.find("] ");
    const bool has_step = open != std::string_view::npos && close != std::string_view::npos && open < close;
    if (has_step && std::find(steps.begin(), steps.end(), line.substr(open + 2, close - open - 2)) != steps.end()) {
      lines += line;
    }
  }
  if (lines.size() > kMost) {
    lines.erase(0, lines.find('\n', lines.size() - kMost) + 1);
  }
  return lines;
}

void CellLog::write_line(const std::string& step, std::string_view line) {
  StepText& text = steps_[step];
  if (std::exchange(text.ended, false)) {
    text.tail.clear();
  }
  // A progress bar redraws its line with carriage returns: its last state is the line.
  if (const std::size_t redrawn = line.find_last_not_of('\r'); redrawn != std::string_view::npos) {
    line = line.substr(0, redrawn + 1);
    line.remove_prefix(line.find_last_of('\r') + 1);
  } else {
    line = {};
  }
  text.tail.emplace_back(line);
  if (text.tail.size() > kTailLines) {
    text.tail.pop_front();
  }
  // A log that cannot be written must not fail the build that it describes; the disk's state shows elsewhere.
  (void)writer_->write(fmt::format("{} [{}] {}\n", utc_time(clock_.now()), step, line));
}

} // namespace wheelforge::pipeline
