// Gathers clashes.
#include "orchestrator/together/clash_list.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace wheelforge::together {

bool in_several_wheels(const std::vector<Place>& places) {
  return std::any_of(places.begin(), places.end(),
                     [&](const Place& place) { return place.wheel != places.front().wheel; });
}

void ClashList::add(std::string code, Severity severity, std::string message, const std::vector<Place>& places,
                    std::vector<std::string> details) {
  Clash clash{std::move(code), severity, std::move(message), {}, {}, std::move(details)};
  std::set<std::string> names;
  std::set<std::string> files;
  for (const Place& place : places) {
    names.insert(wheels_[place.wheel].name);
    if (place.file != nullptr) {
      files.insert(place.file->image.path);
    }
  }
  clash.wheels.assign(names.begin(), names.end());
  clash.files.assign(files.begin(), files.end());
  clash.files.resize(std::min(clash.files.size(), kMaxFiles));
  clash.details.resize(std::min(clash.details.size(), kMaxDetails));
  clashes_.push_back(std::move(clash));
}

std::vector<Clash> ClashList::take() {
  std::stable_sort(clashes_.begin(), clashes_.end(), [](const Clash& a, const Clash& b) {
    return a.severity != b.severity ? a.severity > b.severity : a.code < b.code;
  });
  return std::move(clashes_);
}

} // namespace wheelforge::together
