// `wheelforge cache`: how much the cache of step results holds, emptying it, checking it.
#include "orchestrator/cache/cache.hpp"
#include "orchestrator/cli/command.hpp"
#include "orchestrator/cli/exit_code.hpp"
#include "orchestrator/cli/run_inputs.hpp"
#include "orchestrator/host/clock.hpp"
#include "orchestrator/host/file_system.hpp"
#include "orchestrator/matrix/scalar.hpp"

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <memory>

namespace wheelforge::cli {
namespace {

using Json = nlohmann::ordered_json;

struct CacheRequest {
  std::string folder;
  std::string limit;
  bool everything = false;
  bool json = false;
};

/// Files, clock and the cache over them.
struct OpenCache {
  explicit OpenCache(const std::string& chosen)
      : folder(chosen.empty() ? step_cache_folder() : host::FileSystem::Path(chosen)), cache(*files, *clock, folder) {}

  std::unique_ptr<host::FileSystem> files = host::make_file_system();
  std::unique_ptr<host::Clock> clock = host::make_clock();
  host::FileSystem::Path folder;
  cache::Cache cache;
};

double mebibytes(std::uint64_t bytes) { return static_cast<double>(bytes) / (1024.0 * 1024.0); }

Result<void> print_info(const CacheRequest& request) {
  OpenCache open(request.folder);
  WF_TRY(const cache::CacheInfo info, open.cache.info());
  if (request.json) {
    const Json json{{"schema", 1},
                    {"folder", open.folder.string()},
                    {"entries", info.entries},
                    {"objects", info.objects},
                    {"size_bytes", info.size_bytes}};
    fmt::print("{}\n", json.dump(1));
  } else {
    fmt::print("{}: {} step results, {} files, {:.1f} MiB\n", open.folder.string(), info.entries, info.objects,
               mebibytes(info.size_bytes));
  }
  return {};
}

Result<std::uint64_t> limit_of(const CacheRequest& request) {
  if (request.everything == !request.limit.empty()) {
    return fail(ErrorKind::usage, "cache prune: wanted one of --limit SIZE and --all");
  }
  if (request.everything) {
    return std::uint64_t{0};
  }
  const auto limit = matrix::parse_size(request.limit);
  if (!limit) {
    return fail(ErrorKind::usage, "--limit '{}' is no size, wanted one such as 512MiB or 4GiB", request.limit);
  }
  return *limit;
}

Result<void> prune(const CacheRequest& request) {
  WF_TRY(const std::uint64_t limit, limit_of(request));
  OpenCache open(request.folder);
  WF_TRY(const cache::PruneReport report, open.cache.prune(limit));
  if (request.json) {
    const Json json{{"schema", 1},
                    {"removed_entries", report.entries},
                    {"removed_objects", report.objects},
                    {"freed_bytes", report.freed_bytes}};
    fmt::print("{}\n", json.dump(1));
  } else {
    fmt::print("removed {} step results and {} files, {:.1f} MiB\n", report.entries, report.objects,
               mebibytes(report.freed_bytes));
  }
  return {};
}

Result<void> verify(const CacheRequest& request) {
  OpenCache open(request.folder);
  WF_TRY(const cache::VerifyReport report, open.cache.verify());
  if (request.json) {
    const Json json{{"schema", 1}, {"checked", report.checked}, {"damaged", report.damaged}};
    fmt::print("{}\n", json.dump(1));
    return {};
  }
  for (const std::string& path : report.damaged) {
    fmt::print("removed {}: damaged\n", path);
  }
  fmt::print("checked {} files, {} damaged\n", report.checked, report.damaged.size());
  return {};
}

} // namespace

void add_cache_command(CLI::App& app, Invocation& invocation) {
  auto request = std::make_shared<CacheRequest>();
  CLI::App* command = app.add_subcommand("cache", "look after the cache of step results");
  command->require_subcommand(1);
  const auto add = [&](const char* name, const char* what, Result<void> (*run)(const CacheRequest&)) {
    CLI::App* verb = command->add_subcommand(name, what);
    verb->add_option("--folder", request->folder, "the cache's folder (default: below ~/.cache/wheelforge)");
    verb->add_flag("--json", request->json, "print JSON");
    verb->callback([request, run, &invocation] {
      invocation.run = [request, run] {
        const Result<void> done = run(*request);
        return done ? static_cast<int>(ExitCode::ok) : report_error(done.error());
      };
    });
    return verb;
  };
  add("info", "print how much it holds", print_info);
  CLI::App* pruning = add("prune", "remove the results used longest ago", prune);
  pruning->add_option("--limit", request->limit, "keep at most so much, e.g. 4GiB");
  pruning->add_flag("--all", request->everything, "remove everything");
  add("verify", "read everything, and remove what is damaged", verify);
}

} // namespace wheelforge::cli
