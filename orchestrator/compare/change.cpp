// Names of changes, and what makes a whole breaking.
#include "orchestrator/compare/change.hpp"

#include <algorithm>
#include <array>

namespace wheelforge::compare {
namespace {

constexpr std::array<std::string_view, 27> kNames = {"file-removed",
                                                     "file-added",
                                                     "machine-changed",
                                                     "soname-changed",
                                                     "symbol-removed",
                                                     "symbol-added",
                                                     "symbol-hidden",
                                                     "symbol-type-changed",
                                                     "data-size-changed",
                                                     "version-removed",
                                                     "version-added",
                                                     "need-added",
                                                     "need-removed",
                                                     "floor-raised",
                                                     "floor-lowered",
                                                     "version-wanted",
                                                     "relr-added",
                                                     "relocation-kind-added",
                                                     "sysv-hash-removed",
                                                     "isa-raised",
                                                     "executable-stack-added",
                                                     "static-tls-added",
                                                     "tag-removed",
                                                     "tag-added",
                                                     "python-requirement-changed",
                                                     "requirement-added",
                                                     "requirement-removed"};

bool any_breaking(const std::vector<Change>& changes) {
  return std::any_of(changes.begin(), changes.end(), [](const Change& change) { return change.breaking; });
}

} // namespace

std::string_view to_string(ChangeKind kind) { return kNames[static_cast<std::size_t>(kind)]; }

bool FileDifference::is_breaking() const { return any_breaking(changes); }

bool WheelDifference::is_breaking() const {
  return any_breaking(changes) ||
         std::any_of(files.begin(), files.end(), [](const FileDifference& file) { return file.is_breaking(); });
}

bool Comparison::is_breaking() const {
  return std::any_of(wheels.begin(), wheels.end(), [](const WheelDifference& wheel) { return wheel.is_breaking(); });
}

} // namespace wheelforge::compare
