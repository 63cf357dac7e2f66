// The small notations inside strings: durations, sizes, places to test in, names of findings.
#pragma once

#include "orchestrator/matrix/options.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wheelforge::matrix {

/// "30m", "1h30m", "90s": units in falling order, each once. Nothing for anything else, zero, and more than 1,000
/// hours.
[[nodiscard]] std::optional<std::chrono::seconds> parse_duration(std::string_view text);

/// The shortest text that parse_duration takes: 5400 s → "1h30m".
[[nodiscard]] std::string show_duration(std::chrono::seconds duration);

/// "512MiB", "4GiB", "1.5GiB", "4GB" (decimal), in bytes. Nothing for anything else, and less than 1 MiB.
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text);

/// The size in the largest unit that divides it: 4294967296 → "4GiB".
[[nodiscard]] std::string show_size(std::uint64_t size_bytes);

/// "same", "debian-12", "image:REFERENCE"; nothing for anything else. Whether the distribution is known is asked later.
[[nodiscard]] std::optional<TestPlace> parse_test_place(std::string_view text);

/// True for small letters, digits and single dashes, beginning with a letter: "error", "newer-symbol".
[[nodiscard]] bool is_finding_name(std::string_view text);

} // namespace wheelforge::matrix
