// Before anything starts: which steps of a plan have a result that still holds, and why the others run.
#pragma once

#include "orchestrator/pipeline/machine_report.hpp"
#include "orchestrator/pipeline/step_inputs.hpp"
#include "orchestrator/pipeline/step_store.hpp"
#include "orchestrator/plan/plan.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace wheelforge::pipeline {

/// What is going to happen to one step.
struct StepOutlook {
  std::string name; ///< as in plan::to_string(Step)
  bool runs = true;
  std::string reason;                     ///< why it runs, or why it need not
  std::optional<cache::CacheEntry> known; ///< its result, where that is kept
};

/// What is going to happen to one cell.
struct CellOutlook {
  std::vector<StepOutlook> steps; ///< as the plan's
  std::string adopted_from;       ///< the cell whose abi3 wheel serves this one's Python, too
  std::optional<cache::CachedFile> adopted;
  std::string audit_json;                        ///< of a known audit
  std::map<std::string, MachineReport> machines; ///< of known tests on users' machines, by step

  [[nodiscard]] const StepOutlook* find(std::string_view step) const;
  [[nodiscard]] StepOutlook* find(std::string_view step);
  /// Whether any step has to run.
  [[nodiscard]] bool runs() const;
  /// The wheel as built or as repaired (`step` is "build" or "repair"), where a kept result has it.
  [[nodiscard]] const cache::CachedFile* wheel(std::string_view step) const;
};

/// The whole plan's, by cell id; cells that are left out have none.
using Outlook = std::map<std::string, CellOutlook>;

/// What the entry of a test on a user's machine tells; nothing where that is missing or damaged.
[[nodiscard]] std::optional<MachineReport> known_machine(const cache::CacheEntry& entry, StepStore& store);

/// Whether nothing has to run at all.
[[nodiscard]] bool is_settled(const Outlook& outlook);

/// Everything that look_ahead() asks.
struct LookAhead {
  const plan::Plan& plan;
  const StepFacts& facts;
  StepStore& store;
  const host::FileSystem& files;
  std::filesystem::path output; ///< where finished wheels go
  bool announces_abi3 = false;
};

/// Looks every step's result up. A result whose bytes would be needed by a step that runs is read and checked, so that
/// what is said here holds.
[[nodiscard]] Outlook look_ahead(const LookAhead& question);

/// The outlook as text: a block a cell, a line a step, "runs" or "kept", and why.
[[nodiscard]] std::string explain(const plan::Plan& plan, const Outlook& outlook);

} // namespace wheelforge::pipeline
