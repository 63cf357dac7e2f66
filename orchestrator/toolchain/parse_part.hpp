// Reads one [[part]] of a recipe: the fields that its kind has, and what their values may be.
#pragma once

#include "orchestrator/image/fields.hpp"
#include "orchestrator/toolchain/recipe.hpp"

namespace wheelforge::toolchain {

/// The part in this table. What is wrong is refused in `from`, unknown keys too; where the kind is unknown, nothing
/// else is read.
[[nodiscard]] Part parse_part(image::Fields& from);

} // namespace wheelforge::toolchain
