// What `wheelforge lifecycle` looks at: wheels, a project's matrix, its lock, or the whole catalogue.
#pragma once

#include "orchestrator/cli/configuration.hpp"
#include "orchestrator/lifecycle/component.hpp"
#include "orchestrator/lifecycle/support.hpp"

#include <string>
#include <vector>

namespace wheelforge::cli {

/// What the command line names.
struct InventoryChoice {
  std::vector<std::string> wheels;
  ConfigurationChoice configuration;
  std::vector<std::string> locks;
  std::vector<std::string> distributions;
  std::string base;
  bool everything = false;

  /// True where something else than wheels is asked for by name.
  [[nodiscard]] bool asks_for_project() const {
    return everything || configuration.file || configuration.folder != "." || !locks.empty() || !distributions.empty();
  }
};

/// A wheel and what is inside.
struct WheelComponents {
  lifecycle::WheelEvidence evidence;
  std::vector<lifecycle::Component> components;
};

struct TakenInventory {
  lifecycle::Inventory inventory;
  std::vector<WheelComponents> wheels;
};

/// Reads the wheels that the arguments name. Fails with the file that cannot be read.
[[nodiscard]] Result<std::vector<lifecycle::WheelEvidence>> read_wheels(const std::vector<std::string>& arguments);

/// Takes stock. Without wheels and anything else it is this folder's project, and where that has no matrix file the
/// whole catalogue.
[[nodiscard]] Result<TakenInventory> take_inventory(const InventoryChoice& choice, const host::FileSystem& files,
                                                    const lifecycle::SupportFacts& facts,
                                                    const lifecycle::KnownGrafts& known);

} // namespace wheelforge::cli
