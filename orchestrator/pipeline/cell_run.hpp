// One cell, from the fresh tree to the collected wheel: one function a step, in their order.
#pragma once

#include "orchestrator/pipeline/cell_log.hpp"
#include "orchestrator/pipeline/outlook.hpp"
#include "orchestrator/pipeline/run_context.hpp"
#include "orchestrator/pipeline/run_report.hpp"
#include "orchestrator/pipeline/test_step.hpp"
#include "orchestrator/pipeline/wheel_verdict.hpp"
#include "orchestrator/plan/plan.hpp"
#include "orchestrator/schedule/task_runner.hpp"
#include "orchestrator/wheeltest/test_run.hpp"

#include <filesystem>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

namespace wheelforge::pipeline {

/// The state of a cell while it is built. The steps are called in order, tests side by side; each returns once done.
class CellRun {
public:
  /// `before_all_task` names the shared task whose image the cell starts from; empty where it has none. What the
  /// outlook knows is taken over. All references outlive the cell.
  CellRun(RunContext& run, const plan::PlannedCell& planned, const CellOutlook& outlook, std::string before_all_task,
          std::unique_ptr<CellLog> log);
  ~CellRun();

  /// Does one step of the plan, or takes its result from the store, and keeps what it made there.
  [[nodiscard]] schedule::TaskOutcome run_step(const plan::Step& step, const schedule::Attempt& attempt,
                                               std::stop_token stop);
  /// Removes the containers of an earlier attempt; wheels that it made stay.
  void reset();
  /// Removes the build container: nothing more is going to run in it.
  void release();
  /// Removes the wheels that its steps left: the finished one is collected, and all are in the store.
  void tidy();
  /// Opens a shell in the build container, in the project's folder; returns the shell's exit code.
  [[nodiscard]] Result<int> open_shell();
  /// What is known of the cell so far; the status is the caller's to fill in.
  [[nodiscard]] CellReport report() const;
  [[nodiscard]] const CellLog& log() const { return *log_; }

private:
  using Outcome = schedule::TaskOutcome;

  // Results across runs: cell_results.cpp.
  [[nodiscard]] std::optional<cache::StepInputs> inputs_of(const plan::Step& step);
  [[nodiscard]] std::optional<Outcome> recall(const plan::Step& step, const cache::StepInputs& inputs);
  [[nodiscard]] bool take_over(const plan::Step& step, const cache::CacheEntry& entry);
  void remember(const plan::Step& step, const cache::StepInputs& inputs, const Outcome& outcome,
                std::chrono::milliseconds took);
  [[nodiscard]] Result<cache::CacheEntry> entry_of(const plan::Step& step, const Outcome& outcome);
  [[nodiscard]] Result<std::filesystem::path> restore(const cache::CachedFile& wheel, const char* folder);
  [[nodiscard]] Result<void> ensure_built();
  [[nodiscard]] Result<void> ensure_repaired();
  [[nodiscard]] std::optional<std::string> digest_of(const std::filesystem::path& wheel);
  [[nodiscard]] Result<void> put_built_back(std::stop_token stop);

  // The steps.
  [[nodiscard]] Outcome do_step(const plan::Step& step, int jobs, std::stop_token stop);
  [[nodiscard]] Outcome prepare(std::stop_token stop);
  [[nodiscard]] Outcome before_build(std::stop_token stop);
  [[nodiscard]] Outcome build(int jobs, std::stop_token stop);
  [[nodiscard]] Outcome make_wheel(int jobs, std::stop_token stop);
  [[nodiscard]] Outcome repair(std::stop_token stop);
  [[nodiscard]] Outcome audit();
  [[nodiscard]] Outcome test(const std::string& place, std::stop_token stop);
  [[nodiscard]] Outcome collect();

  /// Starts the container of `test:same` while the wheel is built: it is there when the wheel is.
  void start_test_early(std::stop_token stop);
  /// The container for a test step: the one that was started early, or a new one.
  [[nodiscard]] Result<engine::Container> container_for_test(const std::string& step, const std::string& image,
                                                             const std::string& digest, std::stop_token stop);
  /// Gives up a container that nobody needs any more.
  void drop(engine::Container container);
  [[nodiscard]] Outcome test_device(std::string_view place, std::stop_token stop);
  [[nodiscard]] Outcome run_test(const std::string& step, const std::string& place, const matrix::ShellLines* command,
                                 std::stop_token stop);
  [[nodiscard]] Outcome test_in(engine::Container& container, const std::string& step, const std::string& place,
                                PreparedTest prepared, const std::filesystem::path& wheel, std::stop_token stop);

  /// Keeps what a test on a user's machine has shown, beside what was predicted: cell_machines.cpp.
  void note_machine(const std::string& step, const std::string& place, const std::filesystem::path& wheel,
                    const wheeltest::TestReport& tested);

  // What the steps are made of.
  struct ScriptOptions {
    std::string shown;       ///< the command as failures show it
    std::string python_path; ///< folder put first on PATH
    engine::Environment environment;
    std::filesystem::path wheel_folder; ///< where wheels that the script writes to stdout as a tar are put
    matrix::Timeout timeout;
    std::string awaited = {};                                    ///< what the script says when it waits for `when_said`
    std::function<Result<void>(std::stop_token)> when_said = {}; ///< its failure is the script's
  };
  [[nodiscard]] Outcome run_script(const std::string& step, const std::string& script, const ScriptOptions& options,
                                   std::stop_token stop);
  /// Has the source tree in the build container, where no script has brought it yet.
  [[nodiscard]] Result<void> bring_tree(std::stop_token stop);
  /// Keeps the build image's uv on this machine, for clean test containers that have none. Best effort: without it pip
  /// does the same, slower.
  void bring_uv_out(std::stop_token stop);
  /// What ccache did for the build, for the report.
  void note_compiler_cache(std::stop_token stop);
  [[nodiscard]] Outcome evaluate_environment(const std::string& step, std::stop_token stop);
  /// Shell lines that fill the build environment and, with a folder for it, build the wheel.
  [[nodiscard]] std::string build_environment_command(const std::string& wheel_folder) const;
  [[nodiscard]] Result<void> leave_network(std::stop_token stop);
  /// Repair of a wheel that needs nothing: true where it was one, and repaired_ is set.
  [[nodiscard]] Result<bool> retag_built(const WheelVerdict& verdict);
  [[nodiscard]] Outcome fail_step(const std::string& step, Error error, const std::string& command = {},
                                  std::optional<int> exit_code = {});
  /// Takes the wheel as the cell's finished one, if its name is good.
  [[nodiscard]] Outcome accept_repaired(const std::string& step, const std::string& command);
  /// Fails where the step saw a user's machine do otherwise than predicted, and [audit] fail-on names that.
  [[nodiscard]] Outcome refuse_disagreements(const std::string& step, bool is_on_machine);
  [[nodiscard]] Outcome out_of_memory(const std::string& step, const std::string& command);
  [[nodiscard]] Result<std::filesystem::path> only_wheel(const std::filesystem::path& folder,
                                                         const char* made_by) const;
  [[nodiscard]] Result<engine::Container> start_container(const std::string& purpose, const std::string& image,
                                                          const std::string& digest, const std::string& step,
                                                          std::stop_token stop);
  [[nodiscard]] std::optional<WheelClaims::Shared> shared_wheel() const;
  /// Fails as the cell did that built the wheel this one shares.
  [[nodiscard]] Outcome share_failure(const WheelClaims::Shared& shared);
  /// Lets later Pythons of the family test the repaired abi3 wheel: a copy, since collecting moves the wheel away.
  [[nodiscard]] Result<void> offer_to_family(int minor);
  [[nodiscard]] std::string package_folder() const;
  [[nodiscard]] std::string python_folder() const;
  /// Globs of libraries that repair leaves out: the matrix's, and those of the toolchain.
  [[nodiscard]] std::vector<std::string> excluded() const;
  /// The Python's folder and the toolchain's, as the front of PATH.
  [[nodiscard]] std::string build_path(const std::string& python_path) const;
  [[nodiscard]] const matrix::CellOptions& options() const { return *planned_.cell.options; }
  [[nodiscard]] std::filesystem::path own_folder() const;

  RunContext& run_;
  const plan::PlannedCell& planned_;
  const CellOutlook& outlook_;
  std::string before_all_task_;
  std::unique_ptr<CellLog> log_;

  std::optional<engine::Container> container_;
  std::future<Result<engine::Container>> early_test_; ///< what start_test_early() is going to have
  bool container_has_built_ = false;                  ///< the wheel as built lies in it
  bool tree_is_awaited_ = false;                      ///< the source tree comes with the first script
  std::filesystem::path built_;
  std::filesystem::path repaired_;
  std::optional<WheelClaims::Shared> adopted_; ///< an abi3 wheel of another cell, tested instead of building one

  std::mutex restoring_;     ///< guards built_ and repaired_ while kept wheels are laid out
  mutable std::mutex mutex_; ///< guards what parallel tests write
  std::optional<Failure> failure_;
  std::optional<WheelReport> wheel_;
  std::string audit_json_;
  std::map<std::string, MachineReport> machines_; ///< by test step
  std::optional<std::uint64_t> peak_memory_bytes_;
  std::optional<CompilerCacheUse> compiler_cache_;
  std::map<std::string, std::string> digests_;  ///< SHA-256 by wheel's path
  std::map<std::string, std::string> recalled_; ///< status of steps whose result was found while the cell ran
};

} // namespace wheelforge::pipeline
