// The reach of a run's wheels as a part of its HTML report.
#pragma once

#include "orchestrator/host/file_system.hpp"
#include "orchestrator/pipeline/run_report.hpp"
#include "orchestrator/report/html_page.hpp"

#include <optional>
#include <string>

namespace wheelforge::cli {

/// The tags of the finished wheels with the share of installs that each reaches, and by architecture the grid of
/// distributions and Pythons. Nothing where there is no wheel, or where its reach cannot be measured.
[[nodiscard]] std::optional<report::HtmlSection>
reach_section(const host::FileSystem& files, const pipeline::RunReport& report, const std::string& today);

} // namespace wheelforge::cli
