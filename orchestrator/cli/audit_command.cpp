// `wheelforge audit`: what wheels promise, what they keep, and what would fail where.
#include "orchestrator/audit/audit.hpp"
#include "orchestrator/audit/render.hpp"
#include "orchestrator/cli/audit_on.hpp"
#include "orchestrator/cli/audit_together.hpp"
#include "orchestrator/cli/command.hpp"
#include "orchestrator/cli/exit_code.hpp"
#include "orchestrator/cli/wheel_files.hpp"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <thread>

#include <malloc.h>

namespace wheelforge::cli {
namespace {

namespace fs = std::filesystem;

struct AuditArguments {
  std::vector<std::string> wheels;
  std::string policy;
  std::vector<std::string> fail_on = {"error"};
  MachineChoice machines;
  unsigned jobs = 0;
  bool json = false;
  bool sarif = false;
  bool integrity = false;
  bool all = false;
  bool together = false;
};

/// What makes the command fail: from a severity upwards, and single codes.
struct FailOn {
  std::optional<audit::Severity> from;
  std::vector<std::string> codes;
  bool does_not_load = false; ///< on a machine of --on

  [[nodiscard]] bool matches(const audit::Finding& finding) const {
    return (from && finding.severity >= *from) || std::find(codes.begin(), codes.end(), finding.code) != codes.end();
  }
};

Result<FailOn> parse_fail_on(const std::vector<std::string>& words) {
  FailOn fail_on;
  for (const std::string& word : words) {
    if (const auto severity = audit::find_severity(word)) {
      fail_on.from = fail_on.from ? std::min(*fail_on.from, *severity) : *severity;
    } else if (audit::find_code(word) != nullptr) {
      fail_on.codes.push_back(word);
    } else if (word == kDoesNotLoad) {
      fail_on.does_not_load = true;
    } else if (word != "never") {
      return fail(ErrorKind::usage,
                  "--fail-on {}: neither note, warning, error, never, does-not-load nor the code of a finding", word);
    }
  }
  return fail_on;
}

Result<void> check_policy(const std::string& policy) {
  if (policy.empty() || tags::parse_platform_tag(policy)) {
    return {};
  }
  const auto with_arch = tags::parse_platform_tag(policy + "_x86_64");
  return with_arch ? Result<void>() : tl::unexpected(with_arch.error());
}

using Outcome = Result<audit::AuditReport>;

Outcome audit_file(const fs::path& path, audit::AuditOptions options, const MachineChoice& machines, unsigned jobs) {
  WF_TRY(zip::ZipReader archive, zip::ZipReader::open(path));
  options.shared = std::make_shared<const zip::ZipReader>(std::move(archive));
  WF_TRY(audit::AuditReport report, audit::audit_wheel(*options.shared, path.filename().string(), options));
  if (!machines.on.empty()) {
    WF_TRY(report.on, loads_on(*options.shared, report, machines, jobs));
  }
  return report;
}

/// Tells the cache what the wheels hold, so that it keeps only what occurs again.
void announce(const std::vector<fs::path>& files, audit::MemberCache& cache) {
  if (files.size() < 2) {
    return;
  }
  for (const fs::path& file : files) {
    if (const auto archive = zip::ZipReader::open(file)) {
      cache.announce(*archive);
    }
  }
}

/// A thread for each MiB, for a small wheel takes less time than a thread; at most `jobs`.
unsigned threads_for(const std::vector<std::uintmax_t>& sizes, unsigned jobs) {
  const std::uintmax_t all = std::accumulate(sizes.begin(), sizes.end(), std::uintmax_t{0});
  return static_cast<unsigned>(std::min<std::uintmax_t>(jobs, 1 + (all >> 20U)));
}

/// Side by side, the largest first, so that the last ones are small.
std::vector<Outcome> audit_files(const std::vector<fs::path>& files, const audit::AuditOptions& options,
                                 const MachineChoice& machines, unsigned jobs) {
  std::vector<Outcome> outcomes(files.size(), fail("not audited"));
  std::vector<std::uintmax_t> sizes;
  for (const fs::path& file : files) {
    std::error_code error;
    const std::uintmax_t size = fs::file_size(file, error);
    sizes.push_back(error ? 0 : size);
  }
  std::vector<std::size_t> order(files.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return sizes[a] > sizes[b]; });
  audit::ReadingCrew crew(threads_for(sizes, jobs));
  crew.run(order.size(), [&](std::size_t i, audit::ReadingMemory& memory) {
    audit::AuditOptions of_wheel = options;
    of_wheel.crew = &crew;
    of_wheel.memory = &memory;
    outcomes[order[i]] = audit_file(files[order[i]], of_wheel, machines, files.size() == 1 ? jobs : 1);
  });
  return outcomes;
}

void print(const AuditArguments& arguments, const std::vector<audit::AuditReport>& reports,
           const std::vector<audit::UnreadableWheel>& unreadable) {
  if (arguments.json) {
    fmt::print("{}", audit::to_json(reports, unreadable));
    return;
  }
  if (arguments.sarif) {
    fmt::print("{}", audit::to_sarif(reports, unreadable, WF_VERSION));
    return;
  }
  for (const audit::AuditReport& report : reports) {
    fmt::print("{}", audit::to_text(report, arguments.all ? audit::Detail::all : audit::Detail::usual));
  }
}

Result<int> run_audit(const AuditArguments& arguments) {
  WF_TRY(const FailOn fail_on, parse_fail_on(arguments.fail_on));
  WF_TRY_VOID(check_policy(arguments.policy));
  WF_TRY_VOID(check_machines(arguments.machines));
  WF_TRY(const std::vector<fs::path> files, find_wheel_files(arguments.wheels));
  if (arguments.together) {
    const bool never_fails = arguments.fail_on == std::vector<std::string>{"never"};
    return run_together(files, arguments.machines, arguments.json, never_fails);
  }
  audit::AuditOptions options;
  options.policy = arguments.policy;
  options.integrity = arguments.integrity ? audit::Integrity::check : audit::Integrity::skip;
  const unsigned jobs = arguments.jobs > 0 ? arguments.jobs : std::max(1U, std::thread::hardware_concurrency());
  ::mallopt(M_MMAP_THRESHOLD, 1 << 20); // large buffers go back to the system when they are given up
  audit::MemberCache cache;
  announce(files, cache);
  options.cache = &cache;
  std::vector<Outcome> outcomes = audit_files(files, options, arguments.machines, jobs);

  std::vector<audit::AuditReport> reports;
  std::vector<audit::UnreadableWheel> unreadable;
  bool failed = false;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (!outcomes[i]) {
      unreadable.push_back({files[i].filename().string(), outcomes[i].error().message});
      fmt::print(stderr, "wheelforge: error: {}: {}\n", files[i].string(), outcomes[i].error().message);
      failed = true;
      continue;
    }
    failed = failed ||
             std::any_of(outcomes[i]->findings.begin(), outcomes[i]->findings.end(),
                         [&](const audit::Finding& finding) { return fail_on.matches(finding); }) ||
             (fail_on.does_not_load && !loads_everywhere(*outcomes[i]));
    reports.push_back(*std::move(outcomes[i]));
  }
  print(arguments, reports, unreadable);
  return static_cast<int>(failed ? ExitCode::audit_failed : ExitCode::ok);
}

} // namespace

void add_audit_command(CLI::App& app, Invocation& invocation) {
  auto arguments = std::make_shared<AuditArguments>();
  CLI::App* command = app.add_subcommand("audit", "say which platform tag wheels keep, and what would fail where");
  command->add_option("WHEEL", arguments->wheels, "wheels, folders of wheels, or patterns")->required();
  CLI::Option* json = command->add_flag("--json", arguments->json, "print JSON (docs/schema/audit.schema.json)");
  command->add_flag("--sarif", arguments->sarif, "print SARIF 2.1.0 for code scanning")->excludes(json);
  command->add_option("--policy", arguments->policy, "a tag that must be kept, such as manylinux_2_28");
  command
      ->add_option("--fail-on", arguments->fail_on,
                   "severities (that one and worse) or codes that make the command fail; never for none [error]")
      ->delimiter(',')
      ->allow_extra_args(false);
  add_machine_options(*command, arguments->machines);
  command->add_flag("--together", arguments->together,
                    "say what goes wrong when the wheels are imported in one process");
  command->add_flag("--integrity", arguments->integrity, "also check every member's CRC and RECORD's hashes");
  command->add_flag("--all", arguments->all, "show every finding and every wider tag");
  command->add_option("-j,--jobs", arguments->jobs, "threads [as many as there are processors]");
  command->callback([&invocation, arguments] {
    invocation.run = [arguments] {
      const auto ran = run_audit(*arguments);
      return ran ? *ran : report_error(ran.error());
    };
  });
}

} // namespace wheelforge::cli
