// What goes wrong when several wheels are imported into one process.
#pragma once

#include "orchestrator/loader/machine.hpp"
#include "orchestrator/together/traits.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::together {

/// How bad it is: a note is worth knowing, a warning can go wrong, an error does.
enum class Severity : std::uint8_t { note, warning, error };
/// "note", "warning", "error".
[[nodiscard]] std::string_view to_string(Severity severity);

/// One thing that goes wrong, or may.
struct Clash {
  std::string code; ///< "soname-clash"
  Severity severity = Severity::note;
  std::string message;              ///< one sentence
  std::vector<std::string> wheels;  ///< file names, sorted
  std::vector<std::string> files;   ///< paths in the wheels, sorted; at most kMaxFiles
  std::vector<std::string> details; ///< symbols, sentences of the loader; at most kMaxDetails

  bool operator==(const Clash&) const = default;
};
inline constexpr std::size_t kMaxFiles = 20;
inline constexpr std::size_t kMaxDetails = 10;

/// Everything found, worst first. `machine` is where it happens: its C library decides about executable stacks, and its
/// loader about the orders of import.
[[nodiscard]] std::vector<Clash> find_clashes(const std::vector<WheelTraits>& wheels, const loader::Machine& machine);

/// JSON of docs/schema/together.schema.json, with a newline at its end.
[[nodiscard]] std::string to_json(const std::vector<WheelTraits>& wheels, const loader::Machine& machine,
                                  const std::vector<Clash>& clashes);
/// Lines for people.
[[nodiscard]] std::string to_text(const std::vector<WheelTraits>& wheels, const loader::Machine& machine,
                                  const std::vector<Clash>& clashes);

} // namespace wheelforge::together
