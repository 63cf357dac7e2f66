// A wheel on a user's machine: what was predicted, what was seen, and where the two differ.
#pragma once

#include "orchestrator/base/error.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::pipeline {

/// Path in the wheel → nothing where the file loads, else the loader's sentence.
using FileLoads = std::map<std::string, std::optional<std::string>>;

/// One wheel, one machine, one Python.
struct MachineReport {
  /// On paper: by the facts of distributions, pips and loaders.
  struct Predicted {
    std::optional<bool> installs; ///< whether the newest pip takes the wheel; absent: not known
    std::string pip;              ///< that pip's version
    std::string why;              ///< of a refusal, one sentence
    std::string basis;            ///< of the loads: "packages" or "derived"; empty: nothing is predicted
    FileLoads loads;

    bool operator==(const Predicted&) const = default;
  };
  /// In the container.
  struct Observed {
    std::string result;            ///< "passed", "failed", "no-python" (nothing was tried)
    std::optional<bool> installed; ///< absent: not tried
    std::optional<FileLoads> loads;

    bool operator==(const Observed&) const = default;
  };

  std::string place;        ///< "debian-12", "image:NAME"
  std::string distribution; ///< its id among the facts; empty: none of those that are known
  std::string python;       ///< "3.11.2" where it was seen, else "3.11"
  std::string libc;         ///< "glibc 2.36", where it was seen
  Predicted predicted;
  Observed observed;

  bool operator==(const MachineReport&) const = default;
};

/// One respect in which what was seen is not what was predicted.
struct Disagreement {
  std::string path; ///< of a file in the wheel; empty: the wheel itself
  std::string message;

  bool operator==(const Disagreement&) const = default;
};

/// All of them; the wheel itself first, files by path. What was not tried, or not predicted, disagrees with nothing.
[[nodiscard]] std::vector<Disagreement> disagreements(const MachineReport& report);

/// How many files of the wheel do not load, by what was seen or else by what was predicted.
[[nodiscard]] std::size_t failing_files(const FileLoads& loads);

/// The report as a JSON object, with its "disagreements".
[[nodiscard]] std::string to_json(const MachineReport& report);

/// Reads what to_json() wrote. Fails (kind invalid_data) on anything else.
[[nodiscard]] Result<MachineReport> parse_machine_report(std::string_view json);

} // namespace wheelforge::pipeline
