// `wheelforge resolve`: which wheel pip picks on a user's machine, and why not the others.
#include "orchestrator/cli/command.hpp"
#include "orchestrator/cli/exit_code.hpp"
#include "orchestrator/cli/release_files.hpp"
#include "orchestrator/cli/resolve_text.hpp"
#include "orchestrator/host/file_system.hpp"
#include "orchestrator/resolve/case_file.hpp"
#include "orchestrator/resolve/explanation.hpp"
#include "orchestrator/tags/platform_tag.hpp"
#include "orchestrator/wheel/wheel_name.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <map>
#include <memory>
#include <set>

namespace wheelforge::cli {
namespace {

struct ResolveOptions {
  std::vector<std::string> inputs;
  std::string cases;
  std::vector<std::string> targets;
  std::vector<std::string> arches;
  std::string python;
  std::string pip;
  std::string glibc;
  std::string musl;
  std::string machine;
  std::string requirement;
  bool prefer_binary = false;
  bool only_binary = false;
  bool prereleases = false;
  bool explain = false;
  bool json = false;
};

/// A place to try, with its name for the reader.
struct Place {
  std::string name;
  resolve::InstallTarget target;
};

struct Places {
  std::vector<Place> list;
  std::vector<std::pair<std::string, std::string>> skipped; ///< target → why
};

nlohmann::ordered_json answer(const resolve::ResolveCase& one, const Result<resolve::Resolution>& resolution) {
  nlohmann::ordered_json refused = nlohmann::ordered_json::object();
  nlohmann::ordered_json passed_over = nlohmann::ordered_json::object();
  nlohmann::ordered_json picked;
  for (std::size_t i = 0; i < one.files.size(); ++i) {
    const std::string& name = one.files[i].name;
    if (!resolution) { // this pip stops before it looks at a file
      refused[name] = resolution.error().message;
    } else if (resolution->picked == i) {
      picked = name;
    } else {
      const resolve::Verdict& verdict = resolution->verdicts[i];
      (resolve::is_refusal(verdict.reason) ? refused : passed_over)[name] = verdict.detail;
    }
  }
  return {{"picked", picked}, {"refused", std::move(refused)}, {"passed_over", std::move(passed_over)}};
}

Result<void> answer_cases(const ResolveOptions& options) {
  WF_TRY(const std::string text, host::make_file_system()->read(options.cases));
  WF_TRY_CONTEXT(const std::vector<resolve::ResolveCase> cases, resolve::parse_cases(text), options.cases);
  resolve::TargetFactory factory;
  nlohmann::ordered_json results = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const std::string where = fmt::format("{}: case {}", options.cases, i);
    WF_TRY_CONTEXT(const resolve::InstallTarget target, factory.make(cases[i].target), where);
    results.push_back(answer(cases[i], resolve::resolve(target, cases[i].files, cases[i].request)));
  }
  nlohmann::ordered_json document{{"schema", 1}, {"results", std::move(results)}};
  fmt::print("{}\n", document.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
  return {};
}

/// "pkg==1.0" → the project and what is asked of it.
Result<resolve::Request> make_request(const ResolveOptions& options) {
  resolve::Request out;
  const std::string& text = options.requirement;
  const std::size_t end = std::min(text.find_first_of("=<>!~ "), text.size());
  out.project = text.substr(0, end);
  WF_TRY(out.specifier, resolve::SpecifierSet::parse(text.substr(end)));
  out.prefer_binary = options.prefer_binary;
  out.only_binary = options.only_binary;
  out.prereleases = options.prereleases;
  return out;
}

/// The architectures to try: those asked for, else those of the wheels, else x86_64.
std::vector<std::string> arches_for(const ResolveOptions& options, const std::vector<resolve::ReleaseFile>& files) {
  std::set<std::string> out(options.arches.begin(), options.arches.end());
  for (const resolve::ReleaseFile& file : files) {
    const auto candidate = resolve::parse_candidate(file.name, resolve::Names::loose, "");
    for (const std::string& platform : candidate ? candidate->platforms : std::vector<std::string>()) {
      const Result<tags::PlatformTag> tag = tags::parse_platform_tag(platform);
      if (options.arches.empty() && tag && tag->arch) {
        out.emplace(tags::to_string(*tag->arch));
      }
    }
  }
  return out.empty() ? std::vector<std::string>{"x86_64"} : std::vector<std::string>(out.begin(), out.end());
}

/// A distribution's own Python and pip, or those that were asked for; with a Python of another version the newest pip
/// that starts on it, because no distribution ships one for it.
Result<resolve::InstallTarget> target_on(const platform::Distribution& distribution, const std::string& arch,
                                         const ResolveOptions& options) {
  WF_TRY(resolve::Machine machine, resolve::machine_of(distribution, arch));
  if (options.python.empty() && !distribution.python) {
    return with_hint(fail(ErrorKind::usage, "no source says which Python {} ships", distribution.id()),
                     "name one with --python");
  }
  WF_TRY(const resolve::Interpreter python,
         resolve::parse_interpreter(options.python.empty() ? *distribution.python : options.python));
  const Result<resolve::Interpreter> own = resolve::parse_interpreter(distribution.python.value_or(""));
  const bool is_own = own && own->major == python.major && own->minor == python.minor && !python.free_threaded;
  std::string pip = options.pip;
  if (pip.empty() && is_own && distribution.pip) {
    pip = *distribution.pip;
  } else if (pip.empty()) {
    const resolve::PipHistory history(python, machine);
    if (history.pips().empty()) {
      return fail(ErrorKind::usage, "no known pip starts on Python {}", to_string(python));
    }
    pip = history.pips().back()->version.text;
  }
  WF_TRY(resolve::Pip found, resolve::find_pip(pip));
  return resolve::InstallTarget{std::move(found), python, std::move(machine)};
}

Result<Places> explicit_place(const ResolveOptions& options) {
  resolve::TargetText text;
  text.machine = options.machine.empty() ? "x86_64" : options.machine;
  text.libc = options.musl.empty() ? platform::Libc::glibc : platform::Libc::musl;
  text.libc_version = options.musl.empty() ? options.glibc : options.musl;
  text.python = options.python;
  text.pip = options.pip.empty() ? resolve::known_pips().back().version.text : options.pip;
  if (text.libc_version.empty() || text.python.empty() || !options.targets.empty()) {
    return fail(ErrorKind::usage,
                "--machine, --glibc and --musl describe one machine: wanted --python and one of --glibc "
                "and --musl, and no --target");
  }
  resolve::TargetFactory factory;
  WF_TRY(resolve::InstallTarget target, factory.make(text));
  Places out;
  out.list.push_back({text.machine, std::move(target)});
  return out;
}

/// Everywhere that was asked for; without --target every known distribution whose Python is known.
Result<Places> find_places(const ResolveOptions& options, const std::vector<resolve::ReleaseFile>& files) {
  if (!options.machine.empty() || !options.glibc.empty() || !options.musl.empty()) {
    return explicit_place(options);
  }
  std::vector<const platform::Distribution*> distributions;
  for (const std::string& id : options.targets) {
    WF_TRY(const platform::Distribution* found, platform::find_distribution(platform::known_distributions(), id));
    distributions.push_back(found);
  }
  if (options.targets.empty()) {
    for (const platform::Distribution& one : platform::known_distributions()) {
      distributions.push_back(&one);
    }
  }
  Places out;
  for (const platform::Distribution* distribution : distributions) {
    for (const std::string& arch : arches_for(options, files)) {
      const std::string name = distribution->id() + " " + arch;
      Result<resolve::InstallTarget> target = target_on(*distribution, arch, options);
      if (target) {
        out.list.push_back({name, *std::move(target)});
      } else if (options.targets.size() == 1 && arches_for(options, files).size() == 1) {
        return tl::unexpected(std::move(target).error());
      } else {
        out.skipped.emplace_back(name, target.error().message);
      }
    }
  }
  return out;
}

ResolvedTarget resolve_place(const Place& place, const std::vector<resolve::ReleaseFile>& files,
                             const resolve::Request& request, const resolve::Resolution& resolution,
                             bool with_reasons) {
  ResolvedTarget out{place.name, wheel::normalize_distribution(request.project), place.target, files, resolution, {},
                     {}};
  out.explanations.resize(files.size());
  out.lowest_pips.resize(files.size());
  if (with_reasons) {
    const resolve::PipHistory history(place.target.python, place.target.machine);
    for (std::size_t i = 0; i < files.size(); ++i) {
      out.explanations[i] = resolve::explain(place.target, files[i], resolution.verdicts[i], history);
      const resolve::Pip* lowest = history.lowest(files[i]);
      out.lowest_pips[i] = lowest == nullptr ? "" : lowest->version.text;
    }
  }
  return out;
}

Result<void> resolve_release(const ResolveOptions& options) {
  WF_TRY(const std::vector<resolve::ReleaseFile> files, read_release_files(*host::make_file_system(), options.inputs));
  WF_TRY(resolve::Request request, make_request(options));
  WF_TRY(const Places places, find_places(options, files));
  std::vector<std::string> projects = {request.project};
  if (request.project.empty()) {
    projects = projects_of(files);
  }
  constexpr std::size_t kFewTargets = 6; // more are shown as a table
  const bool details = options.explain || places.list.size() * projects.size() <= kFewTargets;
  std::vector<ResolvedTarget> all;
  for (const std::string& project : projects) {
    request.project = project;
    for (const Place& place : places.list) {
      std::vector<resolve::ReleaseFile> own;
      for (const resolve::ReleaseFile& file : files) {
        const auto candidate = resolve::parse_candidate(file.name, resolve::Names::loose, project);
        if (projects.size() == 1 || (candidate && candidate->project == project)) {
          own.push_back(file);
        }
      }
      WF_TRY(const resolve::Resolution resolution, resolve::resolve(place.target, own, request));
      all.push_back(resolve_place(place, own, request, resolution, details || options.json));
    }
  }
  if (options.json) {
    fmt::print("{}", render_json(all, places.skipped));
    return {};
  }
  fmt::print("{}", details ? render_details(all) : render_table(all));
  if (!options.targets.empty()) {
    for (const auto& [target, why] : places.skipped) {
      fmt::print(stderr, "wheelforge: note: {}: {}\n", target, why);
    }
  } else if (!places.skipped.empty()) {
    fmt::print(stderr,
               "wheelforge: note: {} of {} combinations of distribution and architecture are left out: no "
               "source says which Python they ship, or they do not exist (--json names them)\n",
               places.skipped.size(), places.skipped.size() + places.list.size());
  }
  return {};
}

Result<void> run(const ResolveOptions& options) {
  if (options.cases.empty() == options.inputs.empty()) {
    return fail(ErrorKind::usage, "wanted either release files (wheels, a folder, an index page) or --cases FILE");
  }
  return options.cases.empty() ? resolve_release(options) : answer_cases(options);
}

} // namespace

void add_resolve_command(CLI::App& app, Invocation& invocation) {
  auto options = std::make_shared<ResolveOptions>();
  CLI::App* command = app.add_subcommand("resolve", "say which wheel pip picks somewhere, and why not the others");
  command->add_option("files", options->inputs, "wheels, folders with wheels, or saved index pages (.html, .json)");
  command->add_option("--cases", options->cases, "answer the cases of a JSON file");
  command->add_option("--target", options->targets, "distributions, such as debian-11 (default: all that are known)")
      ->delimiter(',')
      ->allow_extra_args(false);
  command->add_option("--arch", options->arches, "architectures (default: those of the wheels)")
      ->delimiter(',')
      ->allow_extra_args(false);
  command->add_option("--python", options->python, "CPython version (default: the distribution's own)");
  command->add_option("--pip", options->pip, "pip version (default: the distribution's own)");
  command->add_option("--machine", options->machine, "a machine instead of a distribution: what uname -m prints");
  command->add_option("--glibc", options->glibc, "its glibc");
  command->add_option("--musl", options->musl, "its musl");
  command->add_option("--require", options->requirement, "what is installed: NAME, or NAME==1.0");
  command->add_flag("--prefer-binary", options->prefer_binary, "as pip's option");
  command->add_flag("--only-binary", options->only_binary, "as pip's option with :all:");
  command->add_flag("--pre", options->prereleases, "as pip's option");
  command->add_flag("--explain", options->explain, "give the reasons for any number of targets");
  command->add_flag("--json", options->json, "print JSON");
  command->callback([options, &invocation] {
    invocation.run = [options] {
      const Result<void> done = run(*options);
      return done ? static_cast<int>(ExitCode::ok) : report_error(done.error());
    };
  });
}

} // namespace wheelforge::cli
