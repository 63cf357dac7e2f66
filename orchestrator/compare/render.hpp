// A comparison as text and as JSON.
#pragma once

#include "orchestrator/compare/change.hpp"

#include <string>

namespace wheelforge::compare {

/// The JSON of docs/schema/compare.schema.json, with a newline at its end.
[[nodiscard]] std::string to_json(const Comparison& comparison);

/// Lines for people. Without `all`, changes that break nothing are counted and not shown.
[[nodiscard]] std::string to_text(const Comparison& comparison, bool all);

} // namespace wheelforge::compare
