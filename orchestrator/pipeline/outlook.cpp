// Goes through the cells' steps in order: what a step's inputs are is known once the step before it has a result.
#include "orchestrator/pipeline/outlook.hpp"

#include "orchestrator/pipeline/front_end.hpp"
#include "orchestrator/pipeline/stable_abi_hint.hpp"
#include "orchestrator/wheel/wheel_name.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace wheelforge::pipeline {
namespace {

using plan::StepKind;

constexpr const char* kMadeAnew = "its wheel is made anew";
constexpr const char* kNoReport = "its kept report is missing or damaged";

/// The abi3 wheel that the cells of a family share.
struct FamilyWheel {
  std::string cell;
  cache::CachedFile wheel;
  int minor = 0;
};

class Looker {
public:
  explicit Looker(const LookAhead& question) : q_(question) {}

  Outlook look() {
    std::vector<const plan::PlannedCell*> oldest_first;
    for (const plan::PlannedCell& cell : q_.plan.cells) {
      if (cell.is_in()) {
        oldest_first.push_back(&cell);
      }
    }
    std::stable_sort(oldest_first.begin(), oldest_first.end(),
                     [](const auto* a, const auto* b) { return a->cell.python.tag < b->cell.python.tag; });
    Outlook outlook;
    for (const plan::PlannedCell* cell : oldest_first) {
      outlook.emplace(cell->cell.id.text, look_at(*cell));
    }
    return outlook;
  }

private:
  CellOutlook look_at(const plan::PlannedCell& cell) {
    CellOutlook outlook;
    for (const plan::Step& step : cell.steps) {
      outlook.steps.push_back({to_string(step), true, {}, {}});
    }
    look_at_build(cell, outlook);
    if (!outlook.find("build")->known && adopt(cell, outlook)) {
      return outlook;
    }
    look_at_repair(cell, outlook);
    look_at_checks(cell, outlook);
    look_at_collect(cell, outlook);
    require_bytes(cell, outlook);
    look_at_container(cell, outlook);
    offer(cell, outlook);
    return outlook;
  }

  static std::string task_of(const plan::PlannedCell& cell, const std::string& step) {
    return cell.cell.id.text + "/" + step;
  }

  /// Fills in the step's known result, or why there is none.
  void settle(const plan::PlannedCell& cell, StepOutlook& step, const std::optional<cache::StepInputs>& inputs) {
    if (!inputs) {
      step.reason = "its image is not here yet";
      return;
    }
    step.known = q_.store.find(*inputs);
    if (!step.known) {
      step.reason = q_.store.why(task_of(cell, step.name), *inputs);
      return;
    }
    step.runs = false;
    const auto& facts = step.known->facts;
    const auto reason = facts.find(kFactReason);
    const auto run = facts.find(kFactRun);
    step.reason = reason != facts.end() && !reason->second.empty() ? reason->second
                  : run != facts.end()                             ? "unchanged since run " + run->second
                                                                   : "unchanged";
  }

  static void forget(StepOutlook& step, std::string reason) {
    step.known.reset();
    step.runs = true;
    step.reason = std::move(reason);
  }

  void look_at_build(const plan::PlannedCell& cell, CellOutlook& outlook) {
    StepOutlook& build = *outlook.find("build");
    settle(cell, build, build_inputs(cell, q_.facts));
    if (build.known && wheel_of(*build.known) == nullptr) {
      forget(build, "its kept result has no wheel");
    }
  }

  void look_at_repair(const plan::PlannedCell& cell, CellOutlook& outlook) {
    StepOutlook* repair = outlook.find("repair");
    const cache::CachedFile* built = outlook.wheel("build");
    if (built == nullptr) {
      repair->reason = kMadeAnew;
      return;
    }
    settle(cell, *repair, repair_inputs(cell, q_.facts, built->digest.hex()));
    if (repair->known && wheel_of(*repair->known) == nullptr) {
      forget(*repair, "its kept result has no wheel");
    }
  }

  void look_at_checks(const plan::PlannedCell& cell, CellOutlook& outlook) {
    const cache::CachedFile* wheel = outlook.wheel("repair");
    for (std::size_t i = 0; i < cell.steps.size(); ++i) {
      StepOutlook& step = outlook.steps[i];
      const StepKind kind = cell.steps[i].kind;
      if (kind != StepKind::audit && kind != StepKind::test) {
        continue;
      }
      if (wheel == nullptr) {
        step.reason = kMadeAnew;
      } else if (cell.steps[i].place == plan::kDevice) {
        step.reason = "whether there is a device is looked for each time";
      } else if (kind == StepKind::test) {
        settle_test(cell, i, wheel->digest.hex(), outlook);
      } else {
        settle(cell, step, audit_inputs(cell, q_.facts, wheel->digest.hex()));
        read_audit(step, outlook);
      }
    }
  }

  /// A test on a user's machine is known where what was seen there is.
  void settle_test(const plan::PlannedCell& cell, std::size_t index, const std::string& wheel, CellOutlook& outlook) {
    StepOutlook& step = outlook.steps[index];
    const std::string& place = cell.steps[index].place;
    settle(cell, step,
           test_inputs(cell, q_.facts, place, wheel, outlook.adopted ? TestedWheel::adopted : TestedWheel::own));
    if (!step.known || !is_machine(place)) {
      return;
    }
    if (auto machine = known_machine(*step.known, q_.store)) {
      outlook.machines.insert_or_assign(step.name, *std::move(machine));
    } else {
      forget(step, kNoReport);
    }
  }

  void read_audit(StepOutlook& audit, CellOutlook& outlook) {
    if (!audit.known) {
      return;
    }
    if (auto text = q_.store.read(*audit.known, kAuditFile)) {
      outlook.audit_json = *std::move(text);
    } else {
      forget(audit, kNoReport);
    }
  }

  void look_at_collect(const plan::PlannedCell& cell, CellOutlook& outlook) {
    StepOutlook& collect = *outlook.find("collect");
    const cache::CachedFile* wheel = outlook.wheel("repair");
    if (wheel == nullptr) {
      collect.reason = kMadeAnew;
      return;
    }
    const auto shared = families_.find(family(cell.cell));
    const bool is_of_another = shared != families_.end() && shared->second.wheel.name == wheel->name;
    const cache::CachedFile& wanted = is_of_another ? shared->second.wheel : *wheel;
    const std::filesystem::path path = q_.output / wanted.name;
    if (q_.store.is_published(q_.files, path, wanted)) {
      collect.runs = false;
      collect.reason = "the wheel is in " + q_.output.filename().string();
    } else {
      collect.reason = fmt::format("{} {}", wanted.name,
                                   q_.files.exists(path) ? "is not as it was made" : "is not in the output folder");
    }
  }

  /// The wheels that steps which run take over from kept ones must be whole.
  void require_bytes(const plan::PlannedCell& cell, CellOutlook& outlook) {
    StepOutlook& build = *outlook.find("build");
    StepOutlook* repair = outlook.find("repair");
    const auto any_runs_after = [&](std::string_view name) {
      bool is_after = false;
      return std::any_of(outlook.steps.begin(), outlook.steps.end(), [&](const StepOutlook& step) {
        const bool counts = is_after && step.runs;
        is_after |= step.name == name;
        return counts;
      });
    };
    constexpr const char* kDamaged = "its kept wheel is missing or damaged";
    StepOutlook& last = repair != nullptr ? *repair : build;
    if (last.known && any_runs_after(last.name) && !q_.store.read(*wheel_of(*last.known))) {
      forget(last, kDamaged);
    }
    if (repair != nullptr && repair->runs && build.known && !q_.store.read(*wheel_of(*build.known))) {
      forget(build, kDamaged);
    }
    if (build.runs && repair != nullptr && !repair->runs) {
      forget(*repair, kMadeAnew);
    }
    if (last.runs) {
      for (std::size_t i = 0; i < cell.steps.size(); ++i) {
        const StepKind kind = cell.steps[i].kind;
        if ((kind == StepKind::audit || kind == StepKind::test || kind == StepKind::collect) &&
            !outlook.steps[i].runs) {
          forget(outlook.steps[i], kMadeAnew);
        }
      }
      outlook.audit_json.clear();
      outlook.machines.clear();
    }
  }

  /// Steps whose only result is the state of the build container.
  static void look_at_container(const plan::PlannedCell& cell, CellOutlook& outlook) {
    const StepOutlook* repair = outlook.find("repair");
    const bool is_built = outlook.find("build")->runs;
    const bool is_needed = is_built || (repair != nullptr && repair->runs);
    for (std::size_t i = 0; i < cell.steps.size(); ++i) {
      const StepKind kind = cell.steps[i].kind;
      if (kind == StepKind::prepare || kind == StepKind::before_all || kind == StepKind::before_build) {
        outlook.steps[i].runs = is_needed;
        outlook.steps[i].reason = !is_needed ? "nothing that runs needs the build container"
                                  : is_built ? "build needs it"
                                             : "repair needs it";
      }
    }
  }

  /// Whether an abi3 wheel of an older Python's cell serves this one; then only the tests are the cell's own.
  bool adopt(const plan::PlannedCell& cell, CellOutlook& outlook) {
    const matrix::Interpreter& python = cell.cell.python;
    const auto shared = families_.find(family(cell.cell));
    if (shared == families_.end() || !python.tag.is_cpython() || python.is_free_threaded ||
        python.tag.minor.value_or(0) < shared->second.minor) {
      return false;
    }
    const FamilyWheel& own = shared->second;
    outlook.adopted_from = own.cell;
    outlook.adopted = own.wheel;
    for (std::size_t i = 0; i < cell.steps.size(); ++i) {
      StepOutlook& step = outlook.steps[i];
      if (cell.steps[i].kind == StepKind::test) {
        settle_test(cell, i, own.wheel.digest.hex(), outlook);
      } else {
        step.runs = false;
        step.reason = fmt::format("the abi3 wheel of {} serves this Python", own.cell);
      }
    }
    if (outlook.runs() && !q_.store.read(own.wheel)) {
      outlook.adopted_from.clear();
      outlook.adopted.reset();
      outlook.machines.clear();
      for (StepOutlook& step : outlook.steps) {
        forget(step, kMadeAnew);
      }
    }
    return true;
  }

  void offer(const plan::PlannedCell& cell, const CellOutlook& outlook) {
    const cache::CachedFile* wheel = outlook.wheel("repair");
    if (wheel == nullptr) {
      return;
    }
    const auto name = wheel::parse_wheel_name(wheel->name);
    if (const auto minor = name ? stable_abi_minor(*name) : std::nullopt) {
      families_.emplace(family(cell.cell), FamilyWheel{cell.cell.id.text, *wheel, *minor});
    }
  }

  const LookAhead& q_;
  std::map<std::string, FamilyWheel> families_;
};

} // namespace

StepOutlook* CellOutlook::find(std::string_view step) {
  const auto found = std::find_if(steps.begin(), steps.end(), [&](const StepOutlook& one) { return one.name == step; });
  return found == steps.end() ? nullptr : &*found;
}

const StepOutlook* CellOutlook::find(std::string_view step) const {
  return const_cast<CellOutlook*>(this)->find(step); // NOLINT: the other overload changes nothing
}

bool CellOutlook::runs() const {
  return std::any_of(steps.begin(), steps.end(), [](const StepOutlook& step) { return step.runs; });
}

const cache::CachedFile* CellOutlook::wheel(std::string_view step) const {
  const StepOutlook* one = find(step);
  return one != nullptr && one->known ? wheel_of(*one->known) : nullptr;
}

std::optional<MachineReport> known_machine(const cache::CacheEntry& entry, StepStore& store) {
  const auto text = store.read(entry, kMachineFile);
  auto report = text ? parse_machine_report(*text) : Result<MachineReport>(fail("there is none"));
  return report ? std::optional(*std::move(report)) : std::nullopt;
}

bool is_settled(const Outlook& outlook) {
  return std::none_of(outlook.begin(), outlook.end(), [](const auto& cell) { return cell.second.runs(); });
}

Outlook look_ahead(const LookAhead& question) { return Looker(question).look(); }

std::string explain(const plan::Plan& plan, const Outlook& outlook) {
  std::string text;
  for (const plan::PlannedCell& cell : plan.cells) {
    const auto found = outlook.find(cell.cell.id.text);
    if (found == outlook.end()) {
      continue;
    }
    text += cell.cell.id.text + "\n";
    std::size_t width = 0;
    for (const StepOutlook& step : found->second.steps) {
      width = std::max(width, step.name.size());
    }
    for (const StepOutlook& step : found->second.steps) {
      text += fmt::format("  {:<{}}  {}  {}\n", step.name, width, step.runs ? "runs" : "kept", step.reason);
    }
  }
  return text;
}

} // namespace wheelforge::pipeline
