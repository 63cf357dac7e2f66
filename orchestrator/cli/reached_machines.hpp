// What `[test] on = "reach"` stands for: the machines whose pip would take a cell's wheel, as far as there are images.
#pragma once

#include "orchestrator/matrix/cell.hpp"

#include <string>
#include <vector>

namespace wheelforge::cli {

/// Today in UTC, an RFC 3339 full-date.
[[nodiscard]] std::string today();

/// The test images of distributions that are supported on that day (extensions included) and on which the newest pip
/// of the cell's Python takes the wheel that the cell is to make; in the catalogue's order.
[[nodiscard]] std::vector<std::string> reached_machines(const matrix::Cell& cell, const std::string& today);

} // namespace wheelforge::cli
