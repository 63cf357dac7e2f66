// Opens journal and cache, reads the tree, and finds out what the images are.
#include "orchestrator/cli/run_inputs.hpp"

#include "orchestrator/cli/engine_choice.hpp"
#include "orchestrator/cli/image_sources.hpp"
#include "orchestrator/engine/image_probe.hpp"
#include "orchestrator/host/build_id.hpp"
#include "orchestrator/pipeline/stable_abi_hint.hpp"

#include <fmt/core.h>

#include <mutex>
#include <set>

namespace wheelforge::cli {
namespace {

/// The tool's version as results depend on it: the same release built from other code is another version.
std::string tool_version() {
  const std::string build = host::program_build_id().substr(0, 12);
  return build.empty() ? WF_VERSION : fmt::format("{} build {}", WF_VERSION, build);
}

/// Digests of what [test] sources names, each computed once: many cells name the same.
class SourceDigests {
public:
  explicit SourceDigests(const source::SourceTree& tree) : tree_(tree) {}

  std::string of(const std::vector<std::string>& sources) {
    const std::scoped_lock lock(mutex_);
    auto& known = known_[sources];
    if (known.empty()) {
      std::vector<std::string> paths;
      for (const std::string& one : sources) {
        paths.push_back((tree_.project() / one).lexically_normal().generic_string());
      }
      const auto digest = tree_.digest_below(paths);
      known = digest ? digest->hex() : digest.error().message;
    }
    return known;
  }

private:
  const source::SourceTree& tree_;
  std::mutex mutex_;
  std::map<std::vector<std::string>, std::string> known_;
};

/// The names of all images that the plan's cells start from, with the digest where the plan pins one.
std::map<std::string, std::string> planned_images(const plan::Plan& plan) {
  std::map<std::string, std::string> digests;
  for (const plan::PlannedCell& cell : plan.cells) {
    if (cell.is_in()) {
      for (const std::string& name : pipeline::image_names(cell)) {
        const std::size_t at = name.find('@');
        digests.emplace(name, at == std::string::npos ? std::string() : name.substr(at + 1));
      }
    }
  }
  return digests;
}

/// What runs of this checkout wrote outside .wheelforge/: no part of the tree, whatever the present command line says.
std::vector<std::filesystem::path> own_paths(schedule::Journal& journal, const RunQuestion& question,
                                             const std::filesystem::path& project) {
  constexpr std::string_view kKey = "own ";
  std::vector<std::filesystem::path> paths = question.own_files;
  paths.push_back(question.output);
  const std::filesystem::path cache = std::filesystem::absolute(step_cache_folder()).lexically_relative(project);
  if (!cache.empty() && cache != "." && *cache.begin() != "..") { // CI services like to keep it in the checkout
    paths.push_back(project / cache);
  }
  for (std::filesystem::path& path : paths) {
    path = std::filesystem::absolute(path).lexically_normal();
    if (const std::string key = std::string(kKey) + path.string(); question.writes && !journal.find(key)) {
      (void)journal.append({key, "", question.run, "ok", "", {}, 0});
    }
  }
  for (const std::string& key : journal.keys(kKey)) {
    paths.emplace_back(key.substr(kKey.size()));
  }
  return paths;
}

/// wheelforge's own files in the tree, as paths inside it: what they say counts by itself, option by option.
std::vector<std::string> settings_files(const Configuration& configuration, const source::SourceTree& tree) {
  std::vector<std::string> paths;
  for (const std::filesystem::path& file : {configuration.file, lock_path(configuration)}) {
    if (!file.empty() && file.filename() != "pyproject.toml") {
      std::error_code error;
      const auto real = std::filesystem::weakly_canonical(std::filesystem::absolute(file), error);
      paths.push_back(real.lexically_relative(tree.root()).generic_string());
    }
  }
  return paths;
}

} // namespace

std::filesystem::path step_cache_folder() {
  const auto chosen = host::environment_variable("WHEELFORGE_CACHE");
  return chosen && !chosen->empty() ? std::filesystem::path(*chosen) : host::user_cache_folder() / "steps";
}

std::filesystem::path output_folder(const Configuration& configuration, const std::string& chosen) {
  return std::filesystem::absolute(chosen.empty() ? configuration.folder / configuration.matrix.output.wheels
                                                  : std::filesystem::path(chosen))
      .lexically_normal();
}

bool announces_stable_abi(const host::FileSystem& files, const std::filesystem::path& project) {
  for (const char* name : {"pyproject.toml", "setup.cfg", "setup.py", "Cargo.toml", "meson.build"}) {
    if (const auto text = files.read(project / name); text && pipeline::announces_stable_abi(*text)) {
      return true;
    }
  }
  return false;
}

RunInputs::RunInputs(host::FileSystem& files, host::Clock& clock, source::SourceTree tree, schedule::Journal journal,
                     const std::string& project, const RunQuestion& question)
    : tree_(std::move(tree)), journal_(std::move(journal)), cache_(files, clock, step_cache_folder()),
      store_(cache_, journal_, project, question.run, question.reuse), output_(question.output) {}

Result<std::unique_ptr<RunInputs>> RunInputs::open(host::FileSystem& files, host::Clock& clock,
                                                   const Configuration& configuration, const plan::Plan& plan,
                                                   const RunQuestion& question) {
  const std::filesystem::path project = std::filesystem::absolute(configuration.project).lexically_normal();
  const std::filesystem::path journal_path = project / ".wheelforge" / "journal";
  WF_TRY(auto journal, question.writes ? schedule::Journal::open(files, journal_path)
                                       : schedule::Journal::read_only(files, journal_path));
  WF_TRY(auto tree,
         source::SourceTree::open(project, {own_paths(journal, question, project), source::GitFolder::include}));
  std::unique_ptr<RunInputs> inputs(
      new RunInputs(files, clock, std::move(tree), std::move(journal), project.string(), question));
  pipeline::StepFacts& facts = inputs->facts_;
  facts.version = tool_version();
  WF_TRY(const Sha256 digest, inputs->tree_.digest_without(settings_files(configuration, inputs->tree_)));
  facts.source = digest.hex();
  const source::Revision& revision = inputs->tree_.revision();
  facts.commit = revision.commit;
  facts.describe = revision.describe;
  facts.epoch = revision.epoch;
  facts.package = inputs->tree_.project().generic_string();
  facts.environment = host::environment_variable;
  facts.dependency_groups = configuration.dependency_groups;
  facts.digest_of_sources = [digests = std::make_shared<SourceDigests>(inputs->tree_)](
                                const std::vector<std::string>& sources) { return digests->of(sources); };
  for (const auto& [name, pinned] : planned_images(plan)) {
    if (!pinned.empty()) {
      facts.images->put(name, pinned);
    } else if (const auto id = engine::probe_image(question.engine, name, files, host::environment_variable)) {
      facts.images->put(name, *id);
    }
  }
  return inputs;
}

pipeline::Outlook RunInputs::look_ahead(const host::FileSystem& files, const plan::Plan& plan, bool announces_abi3) {
  return pipeline::look_ahead({plan, facts_, store_, files, output_, announces_abi3});
}

bool RunInputs::ask_for_images(engine::ContainerEngine& engine, const plan::Plan& plan) {
  bool found_any = false;
  for (const auto& [name, pinned] : planned_images(plan)) {
    if (facts_.images->get(name)) {
      continue;
    }
    if (const auto info = engine.inspect_image(name)) {
      facts_.images->put(name, info->id);
      found_any = true;
    }
  }
  return found_any;
}

Result<void> print_outlook(host::FileSystem& files, host::Clock& clock, const Configuration& configuration,
                           const plan::Plan& plan) {
  RunQuestion question;
  question.run = "plan";
  question.output = output_folder(configuration, {});
  question.engine = engine_choice(configuration.matrix.engine.name);
  question.writes = false;
  WF_TRY(const auto inputs, RunInputs::open(files, clock, configuration, plan, question));
  const bool announces = announces_stable_abi(files, configuration.project);
  fmt::print("\n{}", explain(plan, inputs->look_ahead(files, plan, announces)));
  return {};
}

} // namespace wheelforge::cli
