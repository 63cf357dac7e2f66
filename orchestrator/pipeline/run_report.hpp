// What came of a run: one value that every report is made from.
#pragma once

#include "orchestrator/base/error.hpp"
#include "orchestrator/pipeline/machine_report.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace wheelforge::pipeline {

/// How a cell ended.
enum class CellStatus {
  ok,           ///< its wheel is in the output folder
  skipped,      ///< left out by the plan
  build_failed, ///< no wheel
  audit_failed, ///< a wheel that the audit refuses
  tests_failed, ///< a wheel that fails its tests
  temporary,    ///< infrastructure failed, retries included
  cancelled,    ///< stopped from outside
};

/// The status as it stands in reports: "ok", "skipped", "build-failed", …
[[nodiscard]] std::string_view to_string(CellStatus status);

/// How one step of a cell went.
struct StepReport {
  std::string name;                     ///< "build", "test:debian-12"
  std::string status;                   ///< "ok", "skipped", "failed", "cancelled", "not-run"
  std::string reason;                   ///< of skipped: why
  std::chrono::milliseconds started{0}; ///< since the run's start
  std::chrono::milliseconds duration{0};
  bool is_cached = false; ///< its result is that of an earlier run; `status` is how it ended there
};

/// What made a cell fail.
struct Failure {
  std::string step;
  Error error;
  std::string command;           ///< as a person would type it inside the container; empty where none had begun
  std::optional<int> exit_code;  ///< of the command
  std::vector<std::string> tail; ///< the last lines that the step wrote
};

/// A finished wheel.
struct WheelReport {
  std::string name;
  std::string path;   ///< where it is now
  std::string sha256; ///< lower-case hexadecimal
  std::uint64_t size_bytes = 0;
  std::string tag;        ///< the widest platform tag whose promise its content keeps
  std::string built_from; ///< the cell that built it, where that is another one (abi3)
};

/// What a compiler cache did for a build.
struct CompilerCacheUse {
  std::uint64_t hits = 0;
  std::uint64_t misses = 0;
};

/// Everything about one cell.
struct CellReport {
  std::string id;
  std::string python;
  std::string platform;
  std::string arch;
  std::string accelerator;
  std::string image;
  std::string digest;
  CellStatus status = CellStatus::skipped;
  std::string reason; ///< of skipped and cancelled
  std::optional<Failure> failure;
  std::optional<WheelReport> wheel;
  std::string audit_json; ///< the audit's own report with the inspection as "device"; empty before the audit
  std::vector<MachineReport> machines; ///< of its tests on users' machines, in the plan's order
  std::vector<StepReport> steps;
  std::optional<std::uint64_t> peak_memory_bytes; ///< of the build container
  std::optional<CompilerCacheUse> compiler_cache; ///< of the build, where one was asked for and the image has it
  std::string log;                                ///< the log file's path
  int attempts = 0;
};

/// A whole run.
struct RunReport {
  std::string run;     ///< its id
  std::string version; ///< of wheelforge
  std::string started; ///< RFC 3339, UTC
  std::string finished;
  std::chrono::milliseconds duration{0};
  std::string engine; ///< "docker 20.10.24"
  std::string commit; ///< of the source; may be empty
  bool dirty = false;
  std::string output;                       ///< the folder of the wheels
  std::string folder;                       ///< of logs and reports
  std::string command = "wheelforge build"; ///< that starts such a run again
  std::vector<CellReport> cells;
  int signal = 0; ///< that stopped the run
};

/// The process's exit code for the run: the lowest of 1, 4 and 5 that applies, else 75, else 0; 128 + signal when it
/// was stopped. Source: docs/manual/exit-codes.md.
[[nodiscard]] int exit_code_of(const RunReport& report);

} // namespace wheelforge::pipeline
