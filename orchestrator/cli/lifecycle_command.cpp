// `wheelforge lifecycle`: until when everything in use is supported, and which vulnerabilities are inside wheels.
#include "orchestrator/cli/advisory_feeds.hpp"
#include "orchestrator/cli/command.hpp"
#include "orchestrator/cli/exit_code.hpp"
#include "orchestrator/cli/lifecycle_images.hpp"
#include "orchestrator/cli/lifecycle_inventory.hpp"
#include "orchestrator/host/clock.hpp"
#include "orchestrator/host/file_system.hpp"
#include "orchestrator/host/signals.hpp"
#include "orchestrator/lifecycle/default_feeds.hpp"
#include "orchestrator/lifecycle/report.hpp"

#include <CLI/CLI.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>

namespace wheelforge::cli {
namespace {

namespace fs = std::filesystem;

struct LifecycleOptions {
  InventoryChoice inventory;
  std::vector<std::string> osv;
  std::vector<std::string> ecosystems;
  std::vector<std::string> known;
  std::vector<std::string> images;
  std::vector<std::string> fail_on = {"never"};
  std::optional<std::string> today;
  std::string shares;
  std::string data;
  std::string engine = "auto";
  bool refresh = false;
  bool learn = false;
  bool json = false;
  bool sarif = false;
  bool all_lines = false;
};

/// What stays open while the command runs.
struct Doors {
  host::SignalWatch signals; // before any thread
  std::unique_ptr<host::FileSystem> files = host::make_file_system();
  std::unique_ptr<host::ProcessRunner> runner = host::make_process_runner();
};

fs::path data_folder(const LifecycleOptions& options) {
  return options.data.empty() ? host::user_cache_folder() / "lifecycle" : fs::path(options.data);
}

Result<lifecycle::Date> day_of(const LifecycleOptions& options) {
  if (options.today) {
    WF_TRY_CONTEXT(const lifecycle::Date date, lifecycle::parse_date(*options.today), "--today");
    return date;
  }
  const auto now = std::chrono::floor<std::chrono::days>(host::make_clock()->now());
  return lifecycle::Date{now};
}

/// The feeds to refresh: the URLs and ecosystems of the command line, else what is kept, else OSV's for the bases of
/// the published images.
Result<std::vector<std::string>> feeds_to_refresh(const LifecycleOptions& options, const FeedStore& store) {
  std::vector<std::string> urls;
  std::copy_if(options.osv.begin(), options.osv.end(), std::back_inserter(urls), is_url);
  for (const std::string& ecosystem : options.ecosystems) {
    WF_TRY(urls.emplace_back(), feed_of_ecosystem(ecosystem));
  }
  if (urls.empty()) {
    WF_TRY(const std::vector<FeedStore::Kept> kept, store.kept());
    for (const FeedStore::Kept& feed : kept) {
      urls.push_back(feed.url);
    }
  }
  if (urls.empty()) {
    for (const char* ecosystem : {"AlmaLinux", "Alpine", "Debian", "PyPI"}) {
      WF_TRY(urls.emplace_back(), feed_of_ecosystem(ecosystem));
    }
  }
  return urls;
}

/// Refreshes what the command line asks for; gives how many could not be, each of which stands on stderr.
Result<int> refresh(const LifecycleOptions& options, FeedStore& store, lifecycle::Date today, std::stop_token stop) {
  WF_TRY(const std::vector<std::string> urls, feeds_to_refresh(options, store));
  int failures = 0;
  for (const std::string& url : urls) {
    const auto kept = store.refresh(url, to_string(today), stop);
    if (kept) {
      fmt::print(stderr, "{}: {} advisories\n", url, kept->advisories);
    } else if (kept.error().kind == ErrorKind::temporary) {
      report_error(kept.error());
      ++failures;
    } else {
      return tl::unexpected(kept.error());
    }
  }
  return failures;
}

Result<void> add_kept(const FeedStore::Kept& kept, const host::FileSystem& files, const std::set<std::string>& wanted,
                      lifecycle::AdvisoryDatabase& database) {
  WF_TRY(ReadAdvisories read, read_advisories(files, kept.file, wanted));
  database.add({kept.url, kept.fetched, {}, 0, kept.problem}, std::move(read.advisories));
  return {};
}

/// The database of the command line, or else of what is kept.
Result<lifecycle::AdvisoryDatabase> load_database(const LifecycleOptions& options, FeedStore& store,
                                                  const host::FileSystem& files, lifecycle::Date today,
                                                  const std::set<std::string>& wanted, std::stop_token stop) {
  lifecycle::AdvisoryDatabase database;
  WF_TRY(const std::vector<FeedStore::Kept> kept, store.kept());
  for (const std::string& source : options.osv) {
    if (!is_url(source)) {
      WF_TRY(ReadAdvisories read, read_advisories(files, source, wanted));
      database.add({source, {}, {}, 0, {}}, std::move(read.advisories));
      continue;
    }
    auto found = std::find_if(kept.begin(), kept.end(), [&](const auto& feed) { return feed.url == source; });
    if (found == kept.end()) { // never had: fetch it now
      WF_TRY(const FeedStore::Kept fetched, store.refresh(source, to_string(today), stop));
      WF_TRY_VOID(add_kept(fetched, files, wanted, database));
    } else {
      WF_TRY_VOID(add_kept(*found, files, wanted, database));
    }
  }
  if (options.osv.empty()) {
    for (const FeedStore::Kept& feed : kept) {
      WF_TRY_VOID(add_kept(feed, files, wanted, database));
    }
  }
  return database;
}

/// The names under which databases may list the components.
std::set<std::string> wanted_names(const std::vector<WheelComponents>& wheels) {
  std::set<std::string> wanted;
  const auto add = [&](std::string name) {
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    wanted.insert(name);
    for (const char separator : {'_', '.'}) { // PyPI's names in other spellings
      std::string spelled = name;
      std::replace(spelled.begin(), spelled.end(), '-', separator);
      wanted.insert(std::move(spelled));
    }
  };
  for (const WheelComponents& wheel : wheels) {
    for (const lifecycle::Component& component : wheel.components) {
      add(component.name);
      add(component.source);
    }
  }
  return wanted;
}

Result<lifecycle::KnownGrafts> known_grafts(const LifecycleOptions& options, const host::FileSystem& files) {
  lifecycle::KnownGrafts known;
  for (const std::string& path : options.known) {
    WF_TRY(const std::string text, files.read(path));
    WF_TRY_CONTEXT(const lifecycle::KnownGrafts more, lifecycle::parse_known_grafts(text), path);
    known.add(more.rows());
  }
  known.add(lifecycle::embedded_known_grafts().rows());
  return known;
}

Result<int> print_learnt(const LifecycleOptions& options) {
  WF_TRY(const std::vector<lifecycle::WheelEvidence> wheels, read_wheels(options.inventory.wheels));
  for (const lifecycle::WheelEvidence& wheel : wheels) {
    for (const lifecycle::KnownGraft& row : lifecycle::learn_grafts(wheel)) {
      fmt::print("{}", lifecycle::to_line(row));
    }
  }
  return static_cast<int>(ExitCode::ok);
}

Result<lifecycle::LifecycleReport> make_report(const LifecycleOptions& options, const lifecycle::FailOn& fail_on,
                                               Doors& doors, FeedStore& store, lifecycle::Date today) {
  platform::DownloadShares shares = platform::known_download_shares();
  if (!options.shares.empty()) {
    WF_TRY(const std::string text, doors.files->read(options.shares));
    WF_TRY_CONTEXT(shares, platform::parse_download_shares(text), options.shares);
  }
  lifecycle::SupportFacts facts;
  facts.today = today;
  facts.warn_days = std::max(facts.warn_days, fail_on.eol_within.value_or(0));
  facts.distributions = &platform::known_distributions();
  facts.pythons = &platform::known_python_releases();
  facts.catalog = &image::known_catalog();
  facts.shares = &shares;

  lifecycle::LifecycleReport report;
  report.today = today;
  report.facts_as_of = facts.catalog->as_of;
  WF_TRY(const lifecycle::KnownGrafts known, known_grafts(options, *doors.files));
  WF_TRY(const TakenInventory taken, take_inventory(options.inventory, *doors.files, facts, known));
  WF_TRY(report.entries, lifecycle::support_entries(taken.inventory, facts));
  if (taken.wheels.empty()) {
    return report;
  }
  WF_TRY(const lifecycle::AdvisoryDatabase database,
         load_database(options, store, *doors.files, today, wanted_names(taken.wheels), doors.signals.token()));
  report.feeds = database.feeds();
  for (const WheelComponents& wheel : taken.wheels) {
    lifecycle::WheelReport& out = report.wheels.emplace_back();
    out.file = wheel.evidence.file;
    out.problems = wheel.evidence.problems;
    for (const lifecycle::Component& component : wheel.components) {
      out.components.push_back({component, lifecycle::assess(component, database, *facts.distributions, today)});
    }
  }
  return report;
}

Result<int> run_lifecycle(const LifecycleOptions& options) {
  WF_TRY(const lifecycle::FailOn fail_on, lifecycle::parse_fail_on(options.fail_on));
  WF_TRY(const lifecycle::Date today, day_of(options));
  if (!options.images.empty()) {
    WF_TRY(const std::string changes,
           compare_images({options.images[0], options.images[1], options.engine, data_folder(options), options.json}));
    fmt::print("{}", changes);
    return static_cast<int>(ExitCode::ok);
  }
  if (options.learn) {
    return print_learnt(options);
  }
  Doors doors;
  FeedStore store(*doors.files, *doors.runner, data_folder(options) / "osv");
  int failures = 0;
  if (options.refresh) {
    WF_TRY(failures, refresh(options, store, today, doors.signals.token()));
    if (options.inventory.wheels.empty() && !options.inventory.asks_for_project()) {
      return static_cast<int>(failures > 0 ? ExitCode::temporary : ExitCode::ok);
    }
  }
  WF_TRY(const lifecycle::LifecycleReport report, make_report(options, fail_on, doors, store, today));
  fmt::print("{}", options.json    ? lifecycle::to_json(report)
                   : options.sarif ? lifecycle::to_sarif(report, WF_VERSION)
                                   : lifecycle::to_text(report, options.all_lines));
  const std::vector<lifecycle::LifecycleFinding> findings = lifecycle::findings_of(report);
  const bool failed = std::any_of(findings.begin(), findings.end(),
                                  [&](const lifecycle::LifecycleFinding& finding) { return fail_on.matches(finding); });
  return static_cast<int>(failed ? ExitCode::audit_failed : failures > 0 ? ExitCode::temporary : ExitCode::ok);
}

} // namespace

void add_lifecycle_command(CLI::App& app, Invocation& invocation) {
  auto options = std::make_shared<LifecycleOptions>();
  CLI::App* command =
      app.add_subcommand("lifecycle", "say until when things are supported, and which vulnerabilities wheels carry");
  const auto many = [&](const char* name, std::vector<std::string>& into, const char* what) {
    return command->add_option(name, into, what)->delimiter(',')->allow_extra_args(false);
  };
  command->add_option("WHEEL", options->inventory.wheels, "wheels, folders of wheels, or patterns");
  command->add_option("--project", options->inventory.configuration.folder,
                      "the project whose matrix and images.lock "
                      "are looked at (without wheels: this folder)");
  command->add_option("--config", options->inventory.configuration.file, "a matrix file other than the project's own");
  many("--lock", options->inventory.locks, "further images.lock files");
  many("--distribution", options->inventory.distributions, "further distributions, such as rhel-8");
  command->add_flag("--everything", options->inventory.everything, "all images, tags and Pythons of the catalogue");
  command->add_option("--base", options->inventory.base,
                      "the distribution of packages whose release nothing tells (default: the image's for the tag)");
  many("--osv", options->osv,
       "advisories in OSV's format: a file, an archive, a folder or a URL (default: those kept)");
  command->add_flag("--refresh", options->refresh, "fetch the feeds anew first; without wheels do nothing else");
  many("--ecosystem", options->ecosystems, "with --refresh: feeds of OSV, such as AlmaLinux,Debian");
  many("--known", options->known, "further tables of known grafts, as --learn prints them");
  command->add_flag("--learn", options->learn, "print what the wheels' bills of materials tell of their grafts");
  command->add_option("--images", options->images, "OLD NEW: what changed between two images or two images.lock files")
      ->expected(2);
  command->add_option("--engine", options->engine, "docker, podman or auto")
      ->check(CLI::IsMember({"docker", "podman", "auto"}));
  command->add_option("--data", options->data, "the folder of kept feeds (default: in the user's cache folder)");
  command->add_option("--shares", options->shares, "a newer file of download shares instead of the built-in snapshot");
  command->add_option("--today", options->today, "the day to look at (default: today)")->take_last();
  many("--fail-on", options->fail_on, "eol, eol:DAYS, cve, cve:SEVERITY, unknown, stale or never [never]");
  CLI::Option* json = command->add_flag("--json", options->json, "print JSON (docs/schema/lifecycle.schema.json)");
  command->add_flag("--sarif", options->sarif, "print SARIF 2.1.0 for code scanning")->excludes(json);
  command->add_flag("--all", options->all_lines, "also details of what is fine");
  command->callback([options, &invocation] {
    invocation.run = [options] {
      const Result<int> ran = run_lifecycle(*options);
      return ran ? *ran : report_error(ran.error());
    };
  });
}

} // namespace wheelforge::cli
