// The differences of one file's old and new self.
#pragma once

#include "orchestrator/compare/change.hpp"
#include "orchestrator/compare/interface.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::compare {

/// The differences. `own` are the sonames and file names that come along with the new file: needing one of those breaks
/// nobody.
[[nodiscard]] FileDifference difference_of(const Interface& before, const Interface& after,
                                           const std::vector<std::string>& own);

/// A file that only one side has.
[[nodiscard]] FileDifference removed_file(const Interface& before);
[[nodiscard]] FileDifference added_file(const Interface& after);

/// The newest version of each family that files want: "GLIBC" → "GLIBC_2.17".
[[nodiscard]] std::map<std::string, std::string> floors_of(const std::map<std::string, std::set<std::string>>& wants);

/// True where the number in the first version is below the second's: "GLIBC_2.9" < "GLIBC_2.17".
[[nodiscard]] bool is_older_version(std::string_view first, std::string_view second);

} // namespace wheelforge::compare
