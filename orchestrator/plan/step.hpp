// The steps that a cell goes through, from the fresh tree to the collected wheel.
#pragma once

#include <string>
#include <string_view>

namespace wheelforge::plan {

/// What is done for a cell, in this order.
enum class StepKind { prepare, before_all, before_build, build, repair, audit, test, collect };

/// The name in reports: "before-all".
[[nodiscard]] std::string_view to_string(StepKind kind);

/// Places of `test` that belong to accelerators: a container without a device, and one with this machine's.
inline constexpr std::string_view kNoDevice = "no-device";
inline constexpr std::string_view kDevice = "device";

/// One step of a cell.
struct Step {
  StepKind kind = StepKind::prepare;
  std::string place; ///< of `test`: "same", "debian-12", "image:NAME", kNoDevice, kDevice; otherwise empty

  bool operator==(const Step&) const = default;
};

/// "before-all", "test:debian-12".
[[nodiscard]] std::string to_string(const Step& step);

} // namespace wheelforge::plan
