// Judges what stands on the engine by its owner's labels, and removes what nobody owns any more.
#include "orchestrator/engine/reaper.hpp"

#include <algorithm>

namespace wheelforge::engine {
namespace {

constexpr std::string_view kRunLabel = "wheelforge.run";

bool may_go(const ContainerState& container, host::Liveness liveness) {
  // After a reboot nothing of the old run can run; a running container is then another machine's, cloned from ours.
  return liveness == host::Liveness::dead || (liveness == host::Liveness::rebooted && !container.running);
}

} // namespace

Result<ReapReport> reap_dead(ContainerEngine& engine, const LivenessCheck& liveness) {
  ReapReport report;
  WF_TRY_CONTEXT(const std::vector<ContainerState> containers, engine.list_containers(std::string(kRunLabel)),
                 "looking for containers of earlier runs");
  std::vector<std::string> ids;
  for (const ContainerState& container : containers) {
    const std::optional<Owner> owner = owner_of(container.labels);
    if (owner && may_go(container, liveness(owner->process))) {
      ids.push_back(container.id);
      report.removed.push_back(container.name);
    } else {
      report.kept.push_back(container.name);
    }
  }
  WF_TRY_VOID(engine.remove_containers(ids));
  return report;
}

Result<ReapReport> remove_run(ContainerEngine& engine, const std::string& run) {
  ReapReport report;
  const std::string label = std::string(kRunLabel) + "=" + run;
  WF_TRY(const std::vector<ContainerState> containers, engine.list_containers(label));
  std::vector<std::string> ids;
  for (const ContainerState& container : containers) {
    ids.push_back(container.id);
    report.removed.push_back(container.name);
  }
  WF_TRY_VOID(engine.remove_containers(ids));
  WF_TRY(report.volumes, engine.list_volumes(label));
  for (const std::string& volume : report.volumes) {
    WF_TRY_VOID(engine.remove_volume(volume));
  }
  return report;
}

} // namespace wheelforge::engine
