// Which cell a wheel's file name belongs to, so that no wheel silently overwrites another's.
#pragma once

#include "orchestrator/base/error.hpp"

#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace wheelforge::pipeline {

/// The file names of a run's finished wheels, and the abi3 wheels that later Pythons may share. Thread-safe.
class WheelClaims {
public:
  /// Takes the name for the cell. Fails with the other cell's id when that one has it; the same cell may take its name
  /// again (a retry).
  [[nodiscard]] Result<void> claim(const std::string& wheel, const std::string& cell);

  /// A wheel for the stable ABI, ready to be tested by the other cells of its family.
  struct Shared {
    std::string cell; ///< that built it
    std::filesystem::path wheel;
    int minor = 0;           ///< the oldest Python 3 it is for
    std::string failed_step; ///< of the cell that built it; empty while all is well
    std::string failure;     ///< what went wrong there
  };

  /// Offers a repaired abi3 wheel to its family: the cells that differ only in their Python. The first offer stays.
  void offer(const std::string& family, Shared shared);
  /// The family's abi3 wheel, if it serves Python 3.`minor`.
  [[nodiscard]] std::optional<Shared> shared_wheel(const std::string& family, int minor) const;
  /// The cell that offered a wheel has failed with it (its audit, its tests): those that share the wheel share this.
  void refuse(const std::string& cell, const std::string& step, const std::string& why);

private:
  mutable std::mutex mutex_;
  std::map<std::string, std::string> owner_of_;
  std::map<std::string, Shared> shared_;
};

} // namespace wheelforge::pipeline
