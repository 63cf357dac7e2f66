// The options' few words as text.
#include "orchestrator/matrix/options.hpp"

#include <fmt/format.h>

namespace wheelforge::matrix {

std::string joined(const ShellLines& lines) { return fmt::format("{}", fmt::join(lines, " && ")); }

std::string_view to_string(FrontendName name) {
  switch (name) {
  case FrontendName::automatic:
    return "auto";
  case FrontendName::build:
    return "build";
  case FrontendName::build_uv:
    return "build[uv]";
  case FrontendName::pip:
    return "pip";
  }
  return "auto";
}

std::string to_string(const TestPlace& place) {
  switch (place.kind) {
  case TestPlace::Kind::same:
    return "same";
  case TestPlace::Kind::distribution:
    return place.name;
  case TestPlace::Kind::image:
    return "image:" + place.name;
  case TestPlace::Kind::reach:
    return "reach";
  }
  return "same";
}

} // namespace wheelforge::matrix
