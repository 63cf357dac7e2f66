// What `build` and `plan --explain` look at before anything starts: the tree, earlier results, the images' ids.
#pragma once

#include "orchestrator/cli/configuration.hpp"
#include "orchestrator/engine/container_engine.hpp"
#include "orchestrator/host/clock.hpp"
#include "orchestrator/pipeline/outlook.hpp"
#include "orchestrator/source/source_tree.hpp"

#include <memory>

namespace wheelforge::cli {

/// How a command wants to look.
struct RunQuestion {
  std::string run;              ///< the run's id; any word where nothing is run
  std::filesystem::path output; ///< of the finished wheels
  engine::EngineChoice engine = engine::EngineChoice::automatic;
  pipeline::Reuse reuse = pipeline::Reuse::yes;
  bool writes = true;                             ///< the journal may be written: only by who holds the checkout's lock
  std::vector<std::filesystem::path> own_files{}; ///< further files that the command itself writes (--events)
};

/// The open cache and journal of a checkout, its tree, and what results depend on. Files and clock outlive it.
class RunInputs {
public:
  [[nodiscard]] static Result<std::unique_ptr<RunInputs>> open(host::FileSystem& files, host::Clock& clock,
                                                               const Configuration& configuration,
                                                               const plan::Plan& plan, const RunQuestion& question);

  [[nodiscard]] const source::SourceTree& tree() const { return tree_; }
  [[nodiscard]] const pipeline::StepFacts& facts() const { return facts_; }
  [[nodiscard]] pipeline::StepStore& store() { return store_; }
  [[nodiscard]] cache::Cache& cache() { return cache_; }
  [[nodiscard]] const std::filesystem::path& output() const { return output_; }

  /// Which steps have to run.
  [[nodiscard]] pipeline::Outlook look_ahead(const host::FileSystem& files, const plan::Plan& plan,
                                             bool announces_abi3);
  /// Asks the engine for the images whose ids could not be told without it. Returns whether any was found.
  [[nodiscard]] bool ask_for_images(engine::ContainerEngine& engine, const plan::Plan& plan);

private:
  RunInputs(host::FileSystem& files, host::Clock& clock, source::SourceTree tree, schedule::Journal journal,
            const std::string& project, const RunQuestion& question);

  source::SourceTree tree_;
  schedule::Journal journal_;
  cache::Cache cache_;
  pipeline::StepStore store_;
  pipeline::StepFacts facts_;
  std::filesystem::path output_;
};

/// Prints for every step of the plan whether a build would run it, and why. Starts nothing and writes nothing.
[[nodiscard]] Result<void> print_outlook(host::FileSystem& files, host::Clock& clock,
                                         const Configuration& configuration, const plan::Plan& plan);

/// The folder of the step cache: $WHEELFORGE_CACHE, or "steps" below the user's cache folder.
[[nodiscard]] std::filesystem::path step_cache_folder();

/// Where finished wheels go: the command line's folder, or the matrix file's.
[[nodiscard]] std::filesystem::path output_folder(const Configuration& configuration, const std::string& chosen);

/// Whether the project's files announce wheels for the stable ABI.
[[nodiscard]] bool announces_stable_abi(const host::FileSystem& files, const std::filesystem::path& project);

} // namespace wheelforge::cli
