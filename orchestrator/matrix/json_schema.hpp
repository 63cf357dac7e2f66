// The JSON Schema of a matrix file, made of the table of keys: for editors.
#pragma once

#include <string>

namespace wheelforge::matrix {

/// The schema (draft 2020-12) as indented JSON with a newline at its end. What it accepts the parser may still refuse,
/// because it looks at one value at a time; what it refuses the parser refuses.
[[nodiscard]] std::string json_schema();

} // namespace wheelforge::matrix
