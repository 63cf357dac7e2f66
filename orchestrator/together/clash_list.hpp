// The list that the checks add their clashes to, and the places in wheels that clashes come from.
#pragma once

#include "orchestrator/together/together.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace wheelforge::together {

/// A file of a wheel, or the wheel as a whole.
struct Place {
  std::size_t wheel;      ///< index among the wheels that are checked
  const FileTraits* file; ///< not owned; nullptr: the wheel as a whole
};

/// Calls `take` with the place of every file, wheel by wheel.
template <class Take>
void each_file(const std::vector<WheelTraits>& wheels, Take take) {
  for (std::size_t wheel = 0; wheel < wheels.size(); ++wheel) {
    for (const FileTraits& file : wheels[wheel].files) {
      take(Place{wheel, &file});
    }
  }
}

/// True where not all of the places are in one wheel.
[[nodiscard]] bool in_several_wheels(const std::vector<Place>& places);

/// Gathers clashes. The wheels must outlive it.
class ClashList {
public:
  explicit ClashList(const std::vector<WheelTraits>& wheels) : wheels_(wheels) {}

  /// Adds a clash with the names of the places' wheels and files, and no more of these and of the details than a Clash
  /// has.
  void add(std::string code, Severity severity, std::string message, const std::vector<Place>& places,
           std::vector<std::string> details = {});

  /// Everything that was added, worst first; nothing of it stays here.
  [[nodiscard]] std::vector<Clash> take();

private:
  const std::vector<WheelTraits>& wheels_;
  std::vector<Clash> clashes_;
};

} // namespace wheelforge::together
