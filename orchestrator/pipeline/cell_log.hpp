// A cell's log: every line that its steps wrote, with the time and the step's name, in one file.
#pragma once

#include "orchestrator/host/clock.hpp"
#include "orchestrator/host/file_system.hpp"
#include "orchestrator/host/process_runner.hpp"

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::pipeline {

/// How many last lines of a step a failure shows.
inline constexpr std::size_t kTailLines = 40;

/// The log of one cell. All functions may be called from several threads at once: tests run side by side.
class CellLog {
public:
  /// Opens the file for appending, so that a retried cell keeps what its first attempt said.
  [[nodiscard]] static Result<std::unique_ptr<CellLog>> open(host::FileSystem& files, const host::Clock& clock,
                                                             std::filesystem::path path);

  /// Appends one line of ours.
  void note(const std::string& step, std::string_view line);
  /// Receives a program's output; both streams become lines of the step.
  [[nodiscard]] host::OutputSink sink(std::string step);
  /// Ends a step: writes its unfinished line. Later lines of that step begin a new tail.
  void end_step(const std::string& step);

  /// The last kTailLines lines of the step, without times; those of its latest run.
  [[nodiscard]] std::vector<std::string> tail(const std::string& step) const;
  /// The lines of these steps as they stand in the file, the last 256 KiB of them.
  [[nodiscard]] std::string lines_of(const host::FileSystem& files, const std::vector<std::string>& steps) const;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
  CellLog(const host::Clock& clock, std::filesystem::path path, std::unique_ptr<host::FileWriter> writer);
  void take(const std::string& step, std::string_view bytes);
  void write_line(const std::string& step, std::string_view line);

  struct StepText {
    std::string unfinished;
    std::deque<std::string> tail;
    bool ended = false;
  };

  const host::Clock& clock_;
  std::filesystem::path path_;
  std::unique_ptr<host::FileWriter> writer_;
  mutable std::mutex mutex_;
  std::map<std::string, StepText> steps_;
};

} // namespace wheelforge::pipeline
