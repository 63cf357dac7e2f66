// The run as one self-contained HTML page: the matrix as a grid, and everything about each cell.
#pragma once

#include "orchestrator/pipeline/run_report.hpp"

#include <functional>
#include <string>
#include <vector>

namespace wheelforge::report {

/// A further part of the page, put behind the grid in the order given.
struct HtmlSection {
  std::string title; ///< plain text
  std::string html;  ///< what stands below it; whoever made it has escaped() what came from outside
};

/// Gives the text of a cell's log, or nothing.
using LogReader = std::function<std::string(const pipeline::CellReport&)>;

/// A page that needs no network and no other file, for light and dark screens: the grid with Pythons as rows and
/// platforms as columns, a filter by result, `sections`, and for each cell its steps with times, its wheel's size and
/// policy, the findings of its audit, its failure and the end of its log.
[[nodiscard]] std::string to_html(const pipeline::RunReport& report, const LogReader& log,
                                  const std::vector<HtmlSection>& sections = {});

/// The head of a page of ours up to and with <body>: style, title; close it with kPageEnd.
[[nodiscard]] std::string page_begin(const std::string& title);
inline constexpr const char* kPageEnd = "</body>\n</html>\n";

} // namespace wheelforge::report
