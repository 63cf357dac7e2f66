// The names that a matrix file uses and other parts of wheelforge give: findings, test machines, dependency groups.
#pragma once

#include "orchestrator/matrix/matrix_file.hpp"

#include <string>
#include <vector>

namespace wheelforge::matrix {

/// Every name that may be used.
struct Vocabulary {
  std::vector<std::string> findings;      ///< [audit] fail-on: severities and codes
  std::vector<std::string> test_machines; ///< [test] on: "debian-12"
  std::vector<std::string> groups;        ///< [test] groups: of the project
};

/// One diagnostic for each name in the file that is none of these, in its order.
[[nodiscard]] Diagnostics check_words(const MatrixFile& file, const Vocabulary& vocabulary);

} // namespace wheelforge::matrix
