// The reference part of the manual's page on the matrix file, made of the table of keys.
#pragma once

#include <string>

namespace wheelforge::matrix {

/// Markdown: for each table a heading, its sentence, and a row a key with what it takes, its default, cibuildwheel's
/// name and whether an override can set it.
[[nodiscard]] std::string key_reference();

} // namespace wheelforge::matrix
