// From an option's value to the TOML that would set it: for defaults, dumps and the manual.
#pragma once

#include "orchestrator/matrix/matrix_file.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::matrix {

/// A TOML basic string with its quotes.
[[nodiscard]] std::string toml_quoted(std::string_view text);

/// The value as TOML. Bare strings of optional things are empty where the thing is absent and has no word of its own.
[[nodiscard]] std::string show_value(const std::string& value);
[[nodiscard]] std::string show_value(bool value);
[[nodiscard]] std::string show_value(std::int64_t value);
[[nodiscard]] std::string show_value(const std::optional<std::int64_t>& value);  ///< absent: "auto"
[[nodiscard]] std::string show_value(const std::optional<std::uint64_t>& value); ///< a size; absent: empty
[[nodiscard]] std::string show_value(const std::optional<double>& value);        ///< absent: empty
[[nodiscard]] std::string show_value(const Timeout& value);                      ///< absent: "none"
[[nodiscard]] std::string show_value(const std::vector<std::string>& value);
[[nodiscard]] std::string show_value(const std::vector<Located<std::string>>& value);
[[nodiscard]] std::string show_value(const Assignments& value);
[[nodiscard]] std::string show_value(const std::vector<ConfigSetting>& value);
[[nodiscard]] std::string show_value(const std::vector<ImageUse>& value);
[[nodiscard]] std::string show_value(const std::vector<TestPlace>& value);
[[nodiscard]] std::string show_value(const Frontend& value);
[[nodiscard]] std::string show_value(const RepairCommand& value);

} // namespace wheelforge::matrix
