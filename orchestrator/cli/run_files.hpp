// The files that a run leaves in .wheelforge/runs/<id>: reports for programs, for people, for CI services.
#pragma once

#include "orchestrator/host/file_system.hpp"
#include "orchestrator/pipeline/run_report.hpp"
#include "orchestrator/report/html_page.hpp"

#include <filesystem>
#include <vector>

namespace wheelforge::cli {

/// Whether timings.html and trace.json are written too.
enum class Timings { yes, no };

/// Writes report.json, junit.xml and report.html into the run's folder.
[[nodiscard]] Result<void> write_run_files(host::FileSystem& files, const pipeline::RunReport& report, Timings timings,
                                           const std::vector<report::HtmlSection>& sections = {});

/// Removes the folders of runs older than the latest ones. Only for who holds the checkout's lock.
void remove_old_runs(host::FileSystem& files, const std::filesystem::path& runs);

/// Removes halves of wheels that a run which was killed left in the output folder: copies under names of their own.
/// Only for who holds the lock of the checkout that the folder is in.
void remove_halves(host::FileSystem& files, const std::filesystem::path& output);

} // namespace wheelforge::cli
