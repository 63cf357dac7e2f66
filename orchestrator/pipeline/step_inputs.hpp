// What the result of each step depends on, as the named inputs of its cache key. Pure.
#pragma once

#include "orchestrator/cache/step_key.hpp"
#include "orchestrator/host/terminal.hpp"
#include "orchestrator/plan/plan.hpp"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace wheelforge::pipeline {

/// Which image a name stands for on the engine: its id, or the digest it is pinned to. Thread-safe.
class ImageIds {
public:
  void put(const std::string& name, const std::string& id) {
    const std::scoped_lock lock(mutex_);
    ids_[name] = id;
  }
  [[nodiscard]] std::optional<std::string> get(const std::string& name) const {
    const std::scoped_lock lock(mutex_);
    const auto found = ids_.find(name);
    return found == ids_.end() || found->second.empty() ? std::nullopt : std::optional(found->second);
  }

private:
  mutable std::mutex mutex_;
  std::map<std::string, std::string> ids_;
};

/// What all cells of a run have in common, as far as results depend on it.
struct StepFacts {
  std::string version; ///< of wheelforge, its build included
  std::string source;  ///< digest of the tree
  std::string commit;  ///< of git; empty where there is none
  std::string describe;
  std::int64_t epoch = 0;                                          ///< SOURCE_DATE_EPOCH of a commit
  std::string package;                                             ///< the project's folder inside the tree
  std::shared_ptr<ImageIds> images = std::make_shared<ImageIds>(); ///< by what image_name() gives
  host::EnvironmentReader environment;                             ///< of this machine, for environment-pass
  std::map<std::string, std::vector<std::string>> dependency_groups;
  /// Digest of what [test] sources names.
  std::function<std::string(const std::vector<std::string>&)> digest_of_sources;
};

/// An image as facts.images knows it: the reference, and "@sha256:…" where the plan pins it.
[[nodiscard]] std::string image_name(const std::string& reference, const std::string& digest);
/// The images that a cell's steps start from, by name: that of the build, then those of the tests.
[[nodiscard]] std::vector<std::string> image_names(const plan::PlannedCell& cell);

/// True for the places that stand for a user's machine: neither the image that built the wheel nor an accelerator's.
[[nodiscard]] bool is_machine(std::string_view place);
/// The image that tests at that place run in, as reference and digest.
[[nodiscard]] std::pair<std::string, std::string> image_of_place(const plan::PlannedCell& cell,
                                                                 const std::string& place);

/// The inputs of `build` with its hooks; nothing while the image's id is not known.
[[nodiscard]] std::optional<cache::StepInputs> build_inputs(const plan::PlannedCell& cell, const StepFacts& facts);
/// Of `repair`: the wheel as built (its SHA-256), and all that the build container depends on, for it has the
/// libraries.
[[nodiscard]] std::optional<cache::StepInputs> repair_inputs(const plan::PlannedCell& cell, const StepFacts& facts,
                                                             const std::string& wheel);
/// Of `audit`: the repaired wheel and the rules it is held to.
[[nodiscard]] cache::StepInputs audit_inputs(const plan::PlannedCell& cell, const StepFacts& facts,
                                             const std::string& wheel);
/// Whose wheel a cell tests.
enum class TestedWheel : std::uint8_t {
  own,
  adopted, ///< an abi3 wheel that the cell of an older Python made: it is tested with the cell's own Python or not at
           ///< all
};

/// Of a test: the repaired wheel, the place and everything that is run there; nothing while the image is not known.
[[nodiscard]] std::optional<cache::StepInputs> test_inputs(const plan::PlannedCell& cell, const StepFacts& facts,
                                                           const std::string& place, const std::string& wheel,
                                                           TestedWheel whose = TestedWheel::own);
/// Of `before-all`, whose result is an image.
[[nodiscard]] std::optional<cache::StepInputs> before_all_inputs(const plan::PlannedCell& cell, const StepFacts& facts);

} // namespace wheelforge::pipeline
