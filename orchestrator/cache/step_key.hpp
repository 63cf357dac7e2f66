// What the result of a step depends on, as named inputs, and the key that stands for all of them.
#pragma once

#include "orchestrator/base/sha256.hpp"

#include <compare>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::cache {

/// One thing a step's result depends on: in an area ("source", "image", "command", "environment", "toolchain",
/// "version"), under a name where the area has several ("CFLAGS"), with its value or the digest of its value.
struct StepInput {
  std::string area;
  std::string name; ///< empty where the area is one value
  std::string value;

  bool operator==(const StepInput&) const = default;
  auto operator<=>(const StepInput&) const = default;
};

/// All inputs of one step, sorted by area and name, each pair at most once.
class StepInputs {
public:
  /// Adds an input; one of the same area and name is replaced. Text that is not UTF-8 is replaced by its digest.
  void add(std::string area, std::string name, std::string value);
  /// Adds one input for each entry.
  void add(const std::string& area, const std::map<std::string, std::string>& values);

  [[nodiscard]] const std::vector<StepInput>& list() const { return inputs_; }
  bool operator==(const StepInputs&) const = default;

private:
  std::vector<StepInput> inputs_;
};

/// Stands for a list of inputs: equal keys, equal inputs.
struct StepKey {
  Sha256 digest;

  bool operator==(const StepKey&) const = default;
  auto operator<=>(const StepKey&) const = default;
  [[nodiscard]] std::string hex() const { return digest.hex(); }
};

/// The SHA-256 of the canonical list: for each input the sizes and bytes of area, name and value, so that no two lists
/// share a text.
[[nodiscard]] StepKey key_of(const StepInputs& inputs);

/// Why the step runs again, for people: "environment changed: CFLAGS -O2 → -O3; image changed: sha256:1f0c… →
/// sha256:77ab…". Empty when the inputs are equal. Long values are shortened.
[[nodiscard]] std::string explain(const StepInputs& before, const StepInputs& now);

} // namespace wheelforge::cache
