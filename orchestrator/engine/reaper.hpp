// Removes what crashed runs left on the engine, and only that.
#pragma once

#include "orchestrator/engine/container_engine.hpp"

namespace wheelforge::engine {

/// What reap_dead() did.
struct ReapReport {
  std::vector<std::string> removed; ///< names of containers whose owner is dead
  std::vector<std::string> kept;    ///< names of those whose owner lives, or of whom nothing can be said
  std::vector<std::string> volumes; ///< names of removed volumes
};

/// How a process is judged; the real one is host::liveness_of.
using LivenessCheck = std::function<host::Liveness(const host::ProcessIdentity&)>;

/// Removes the containers and volumes whose recorded owner is dead, and those that a reboot of this machine has
/// stopped. Those of a living run, of another machine or of an unseen pid namespace are kept.
[[nodiscard]] Result<ReapReport> reap_dead(ContainerEngine& engine, const LivenessCheck& liveness = host::liveness_of);

/// Removes everything that carries the run's id; for the end of a run and for a second Ctrl-C.
[[nodiscard]] Result<ReapReport> remove_run(ContainerEngine& engine, const std::string& run);

} // namespace wheelforge::engine
