// The names of steps.
#include "orchestrator/plan/step.hpp"

namespace wheelforge::plan {

std::string_view to_string(StepKind kind) {
  switch (kind) {
  case StepKind::prepare:
    return "prepare";
  case StepKind::before_all:
    return "before-all";
  case StepKind::before_build:
    return "before-build";
  case StepKind::build:
    return "build";
  case StepKind::repair:
    return "repair";
  case StepKind::audit:
    return "audit";
  case StepKind::test:
    return "test";
  case StepKind::collect:
    return "collect";
  }
  return "prepare";
}

std::string to_string(const Step& step) {
  std::string text(to_string(step.kind));
  if (!step.place.empty()) {
    text += ':';
    text += step.place;
  }
  return text;
}

} // namespace wheelforge::plan
