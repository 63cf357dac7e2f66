// `wheelforge logs`: what the cells of the latest run wrote, as it was or as it comes.
#include "orchestrator/cli/command.hpp"
#include "orchestrator/cli/exit_code.hpp"
#include "orchestrator/host/clock.hpp"
#include "orchestrator/host/file_system.hpp"
#include "orchestrator/host/signals.hpp"
#include "orchestrator/matrix/glob.hpp"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace wheelforge::cli {
namespace {

using Path = std::filesystem::path;

struct LogsRequest {
  std::string project = ".";
  std::string cell;
  std::string run;
  bool follow = false;
};

constexpr std::string_view kSuffix = ".log";

/// The runs of a checkout, newest first: their names begin with the time.
Result<std::vector<std::string>> runs_of(const host::FileSystem& files, const Path& folder) {
  if (!files.exists(folder)) {
    return with_hint(fail(ErrorKind::not_found, "{} is missing: nothing was built here yet", folder.string()),
                     "wheelforge build writes logs there");
  }
  WF_TRY(const auto entries, files.list(folder));
  std::vector<std::string> runs;
  for (const host::FolderEntry& entry : entries) {
    if (entry.type == host::FileType::folder) {
      runs.push_back(entry.name);
    }
  }
  std::sort(runs.rbegin(), runs.rend());
  return runs;
}

/// The logs of a run by cell, as far as the wanted word names them: an id, a glob, or a part of one id.
std::vector<std::string> logs_of(const host::FileSystem& files, const Path& run, const std::string& wanted) {
  std::vector<std::string> exact;
  std::vector<std::string> partly;
  const auto entries = files.list(run);
  const auto glob = matrix::parse_glob(wanted);
  for (const host::FolderEntry& entry : entries ? *entries : std::vector<host::FolderEntry>()) {
    if (entry.type != host::FileType::file || !entry.name.ends_with(kSuffix)) {
      continue;
    }
    const std::string id = entry.name.substr(0, entry.name.size() - kSuffix.size());
    if (wanted.empty() || id == wanted || (glob && glob->matches(id))) {
      exact.push_back(id);
    } else if (id.find(wanted) != std::string::npos) {
      partly.push_back(id);
    }
  }
  return exact.empty() ? partly : exact;
}

struct Chosen {
  Path folder; ///< of the run
  std::vector<std::string> cells;
};

/// The newest run that has such a log: a cell whose results were kept wrote none in later runs.
Result<Chosen> choose(const host::FileSystem& files, const LogsRequest& request) {
  const Path folder = Path(request.project) / ".wheelforge" / "runs";
  WF_TRY(const auto runs, runs_of(files, folder));
  for (const std::string& run : runs) {
    if (!request.run.empty() && run != request.run) {
      continue;
    }
    auto cells = logs_of(files, folder / run, request.cell);
    if (!cells.empty() || (request.follow && request.cell.empty())) {
      return Chosen{folder / run, std::move(cells)};
    }
  }
  if (!request.run.empty() && std::find(runs.begin(), runs.end(), request.run) == runs.end()) {
    return with_hint(fail(ErrorKind::usage, "there is no run {} in {}", request.run, folder.string()),
                     runs.empty() ? "nothing was built here yet" : "the latest is " + runs.front());
  }
  return with_hint(
      fail(ErrorKind::usage, "no run here has a log of {}", request.cell.empty() ? "any cell" : request.cell),
      "wheelforge plan lists the cells");
}

/// Whether the run goes on: it holds the checkout's lock, and its process lives.
bool is_running(const host::FileSystem& files, const Path& run) {
  if (files.exists(run / "report.json")) {
    return false;
  }
  const auto holder = files.read(run.parent_path().parent_path() / "lock");
  if (!holder || holder->find(run.filename().string()) == std::string::npos) {
    return false;
  }
  constexpr std::string_view kPid = "(pid ";
  const std::size_t at = holder->find(kPid);
  const std::size_t begin = at == std::string::npos ? holder->size() : at + kPid.size();
  const std::size_t end = std::min(holder->find(')', begin), holder->size());
  return files.exists(Path("/proc") / holder->substr(begin, end - begin) / "stat");
}

/// Prints what logs have grown by, whole lines only; several logs are merged by the time that each line begins with.
class Printer {
public:
  Printer(const host::FileSystem& files, Path folder) : files_(files), folder_(std::move(folder)) {}

  void print_new(const std::vector<std::string>& cells) {
    std::vector<std::pair<std::string, std::string>> lines; ///< time, line as shown
    for (const std::string& cell : cells) {
      const auto text = files_.read(folder_ / (cell + std::string(kSuffix)));
      if (!text) {
        continue;
      }
      std::size_t& done = done_[cell];
      std::string time;
      for (std::size_t end = 0; (end = text->find('\n', done)) != std::string::npos; done = end + 1) {
        const std::string line = text->substr(done, end - done);
        if (const std::size_t blank = line.find(' '); blank != std::string::npos && line.starts_with("2")) {
          time = line.substr(0, blank);
        }
        lines.emplace_back(time, cells.size() == 1 ? line : cell + "  " + line);
      }
    }
    std::stable_sort(lines.begin(), lines.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    for (const auto& [time, line] : lines) {
      fmt::print("{}\n", line);
    }
    std::fflush(stdout);
  }

private:
  const host::FileSystem& files_;
  Path folder_;
  std::map<std::string, std::size_t> done_; ///< bytes printed, by cell
};

Result<void> print_logs(const LogsRequest& request) {
  const host::SignalWatch signals;
  const auto files = host::make_file_system();
  const auto clock = host::make_clock();
  WF_TRY(const Chosen chosen, choose(*files, request));
  if (request.cell.empty()) {
    fmt::print(stderr, "run {}\n", chosen.folder.filename().string());
  }
  Printer printer(*files, chosen.folder);
  printer.print_new(chosen.cells);
  constexpr std::chrono::milliseconds kPause(250);
  for (bool goes_on = request.follow; goes_on && clock->wait(kPause, signals.token());) {
    goes_on = is_running(*files, chosen.folder); // asked first: what was written before the end is printed
    printer.print_new(logs_of(*files, chosen.folder, request.cell));
  }
  return {};
}

} // namespace

void add_logs_command(CLI::App& app, Invocation& invocation) {
  auto request = std::make_shared<LogsRequest>();
  CLI::App* command = app.add_subcommand("logs", "print what cells wrote in the latest run that has their log");
  command->add_option("CELL", request->cell, "a cell by its id, a glob or a part of it; all of the latest run without");
  command->add_flag("--follow,-f", request->follow, "go on while the run does");
  command->add_option("--run", request->run, "another run than the latest, by its id");
  command->add_option("--project", request->project, "the checkout")->capture_default_str();
  command->callback([request, &invocation] {
    invocation.run = [request] {
      const Result<void> done = print_logs(*request);
      return done ? static_cast<int>(ExitCode::ok) : report_error(done.error());
    };
  });
}

} // namespace wheelforge::cli
